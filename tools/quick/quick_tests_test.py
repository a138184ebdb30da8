"""The list of quick tests is whole, and holds what it should."""

import os
import unittest

import quick_tests


def checkout():
  """The real folder behind the runfiles' links."""
  return os.path.dirname(os.path.realpath("WORKSPACE"))


class QuickTestsTest(unittest.TestCase):

  def test_the_list_is_current(self):
    with open(os.path.join(checkout(), quick_tests.PATH), encoding="utf-8") as file:
      self.assertEqual(file.read(), quick_tests.render(checkout()),
                       "run tools/quick/quick_tests.py")

  def test_takes_small_tests_that_need_nothing(self):
    text = '''
kaito_cc_test(name = "a_test", srcs = ["a.cc"])
kaito_cc_test(name = "big_test", size = "medium")
kaito_cc_test(name = "gpu_test", tags = ["requires-gpu", "exclusive"])
kaito_cc_fuzz_test(name = "a_fuzz", corpus = glob(["corpus/*"]))
kaito_cc_library(name = "a")
'''
    self.assertEqual(list(quick_tests.quick_tests_of(text, "kaito/x")),
                     ["//kaito/x:a_test", "//kaito/x:a_fuzz"])


if __name__ == "__main__":
  unittest.main()
