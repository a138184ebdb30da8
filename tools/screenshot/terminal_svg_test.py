"""The picture shows what a terminal would show."""

import unittest
import xml.dom.minidom

import terminal_svg


def shown(text, columns=80):
  terminal = terminal_svg.Terminal(columns)
  terminal.feed(text)
  return [line.rstrip() for line in terminal.lines]


class TerminalTest(unittest.TestCase):

  def test_lines(self):
    self.assertEqual(shown("a\r\nb"), ["a", "b"])

  def test_a_line_is_drawn_over(self):
    self.assertEqual(shown("one\r\ntwo\r\n\x1b[1A\x1b[1A\r\x1b[2KONE\r\n\r\x1b[2Kx\r\n"), ["ONE", "x", ""])
    self.assertEqual(shown("abc\rX"), ["Xbc"])
    self.assertEqual(shown("abc\rX\x1b[K"), ["X"])

  def test_a_long_line_goes_on_in_the_next(self):
    self.assertEqual(shown("abcd", columns=3), ["abc", "d"])

  def test_what_is_no_text_is_not_shown(self):
    self.assertEqual(shown("\x1b]0;title\x07a\x1b[31mb\x1b[?25l\x07"), ["ab"])

  def test_records_a_command_with_its_exit_code(self):
    text, code = terminal_svg.record(["/bin/sh", "-c", "test -t 1 && stty size; exit 3"], 77, 20)
    self.assertEqual(shown(text), ["20 77", ""])
    self.assertEqual(code, 3)

  def test_is_xml(self):
    picture = terminal_svg.svg("a & b", ["<one>", "", 'x "y"'], 80)
    texts = xml.dom.minidom.parseString(picture).getElementsByTagName("text")
    self.assertEqual([t.firstChild.data for t in texts], ["$ a & b", "<one>", 'x "y"'])


if __name__ == "__main__":
  unittest.main()
