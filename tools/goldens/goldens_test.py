"""docs/goldens.md says where each recorded answer is tested: it stays true."""

import fnmatch
import os
import re
import unittest

ROOT = os.path.dirname(os.path.realpath("WORKSPACE"))
COMPONENTS = ("kaito/kernels", "kaito/runtime")
# Of a folder of test data itself.
NO_DATA = ("README.md", "BUILD.bazel", "*.py")


def rows(text):
  """(globs, labels) of each line of a table that has files."""
  found = []
  for line in text.splitlines():
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if line.startswith("|") and len(cells) >= 3 and cells[1].startswith("`"):
      found.append((re.findall(r"`([^`]+)`", cells[1]), re.findall(r"`(//[^`]+)`", cells[2])))
  return found


def test_data(root):
  """Paths of all files below folders that are called testdata."""
  paths = []
  for component in COMPONENTS:
    for folder, _, names in os.walk(os.path.join(root, component)):
      relative = os.path.relpath(folder, root)
      if "testdata" in relative.split(os.sep):
        paths += [f"{relative}/{name}" for name in names]
  return sorted(paths)


def in_folder_and_name(path, glob):
  """Whether a glob fits, where * stands for no slash."""
  parts, wanted = path.split("/"), glob.split("/")
  return len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))


def faults(text, paths, has_target):
  """What is wrong with a page, as lines."""
  table = rows(text)
  globs = [glob for row in table for glob in row[0]]
  found = []
  for path in paths:
    name = path.rsplit("/", 1)[1]
    if any(fnmatch.fnmatchcase(name, other) for other in NO_DATA):
      continue
    if not any(in_folder_and_name(path, glob) for glob in globs):
      found.append(f"{path} is in no row")
  for glob in globs:
    if not any(in_folder_and_name(path, glob) for path in paths):
      found.append(f"{glob}: there are no such files")
  for row in table:
    if not row[1]:
      found.append(f"{row[0][0]}: its row names no target")
    found += [f"{label}: there is no such target" for label in row[1] if not has_target(label)]
  return found


def has_target(label):
  package, name = label[2:].split(":")
  try:
    with open(os.path.join(ROOT, package, "BUILD.bazel"), encoding="utf-8") as file:
      return f'name = "{name}"' in file.read()
  except OSError:
    return False


class GoldensTest(unittest.TestCase):

  def test_the_page_is_true(self):
    with open(os.path.join(ROOT, "docs/goldens.md"), encoding="utf-8") as file:
      text = file.read()
    self.assertGreater(len(rows(text)), 15)
    found = faults(text, test_data(ROOT), has_target)
    self.assertFalse(found, "\n" + "\n".join(found))

  def test_finds_what_is_not(self):
    page = "| a | `kaito/x/testdata/*` | `//kaito/x:x_test` | equal |\n"
    path = "kaito/x/testdata/a.json"
    self.assertEqual(faults(page, [path], lambda label: True), [])
    self.assertIn("no such target", faults(page, [path], lambda label: False)[0])
    self.assertIn("no such files", faults(page, [], lambda label: True)[0])
    deeper = [path, "kaito/x/testdata/b/c.json", "kaito/x/testdata/README.md"]
    self.assertEqual(faults(page, deeper, lambda label: True), ["kaito/x/testdata/b/c.json is in no row"])


if __name__ == "__main__":
  unittest.main()
