"""Draws what a command shows on a terminal as an SVG: the screenshots of the README.

`terminal_svg.py --output docs/quickstart.svg -- COMMAND ARGS...` runs the command under a
pseudo-terminal, keeps the bytes that it writes, plays them to a small terminal, and draws
all lines of that, those that have scrolled away too. Nothing is made up: what the command
did not write is not in the picture. The exit code is the command's.
"""

import argparse
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from xml.sax.saxutils import escape

CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\].*?(?:\x07|\x1b\\)|(.)", re.S)

CHARACTER_WIDTH = 8.4
LINE_HEIGHT = 18
FONT_SIZE = 14
MARGIN = 16
BAR = 28  # Of the window, with the command.


class Terminal:
  """Lines as a terminal would show them; knows what our programs send."""

  def __init__(self, columns):
    self.columns = columns
    self.lines = [""]
    self.row = 0
    self.column = 0

  def feed(self, text):
    for match in CONTROL.finditer(text):
      arguments, command, character = match.groups()
      if command:
        self.control(arguments, command)
      elif character == "\n":
        self.next_line()
      elif character == "\r":
        self.column = 0
      elif character and character >= " ":
        self.put(character)

  def control(self, arguments, command):
    first = arguments.split(";")[0]
    number = int(first) if first.isdigit() else 0
    line = self.lines[self.row]
    if command == "A":
      self.row = max(0, self.row - max(number, 1))
    elif command == "K":
      self.lines[self.row] = "" if number == 2 else line[:self.column]
    elif command == "J" and number == 0:
      self.lines[self.row] = line[:self.column]
      del self.lines[self.row + 1:]

  def next_line(self):
    self.row += 1
    if self.row == len(self.lines):
      self.lines.append("")

  def put(self, character):
    if self.column == self.columns:
      self.next_line()
      self.column = 0
    line = self.lines[self.row].ljust(self.column)
    self.lines[self.row] = line[:self.column] + character + line[self.column + 1:]
    self.column += 1


def record(command, columns, rows):
  """What it writes to a terminal of that size, and its exit code."""
  pid, fd = pty.fork()
  if pid == 0:
    os.execvp(command[0], command)
  fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
  written = b""
  while True:
    try:
      piece = os.read(fd, 65536)
    except OSError:  # How Linux tells that the other side is closed.
      break
    if not piece:
      break
    written += piece
  return written.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def svg(title, lines, columns):
  width = round(columns * CHARACTER_WIDTH + 2 * MARGIN)
  height = BAR + len(lines) * LINE_HEIGHT + 2 * MARGIN
  out = [
      f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
      f'role="img" aria-label="{escape(title)}">',
      f'<rect width="{width}" height="{height}" rx="8" fill="#16191f"/>',
      f'<text x="{MARGIN}" y="{BAR - 8}" fill="#8b93a1" font-family="monospace" font-size="{FONT_SIZE}">'
      f'$ {escape(title)}</text>',
      f'<g fill="#d6dae1" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" '
      f'font-size="{FONT_SIZE}" xml:space="preserve">',
  ]
  for i, line in enumerate(lines):
    if line.strip():
      y = BAR + MARGIN + i * LINE_HEIGHT + FONT_SIZE
      # The length makes columns meet in any monospaced font.
      out.append(f'<text x="{MARGIN}" y="{y}" textLength="{len(line) * CHARACTER_WIDTH:.1f}">{escape(line)}</text>')
  return "\n".join(out + ["</g>", "</svg>", ""])


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("--output", required=True, help="the SVG")
  parser.add_argument("--title", help="by default the command")
  parser.add_argument("--columns", type=int, default=100)
  parser.add_argument("--rows", type=int, default=40)
  parser.add_argument("command", nargs="+")
  options = parser.parse_args()
  text, code = record(options.command, options.columns, options.rows)
  terminal = Terminal(options.columns)
  terminal.feed(text)
  lines = [line.rstrip() for line in terminal.lines]
  while lines and not lines[-1]:
    lines.pop()
  with open(options.output, "w", encoding="utf-8") as file:
    file.write(svg(options.title or " ".join(options.command), lines, options.columns))
  print("\n".join(lines))
  return code


if __name__ == "__main__":
  sys.exit(main())
