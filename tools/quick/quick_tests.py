#!/usr/bin/env python3
"""Lists the tests of //:quick in bazel/quick_tests.bzl.

A test_suite sees the tests of its own package only, so the root's needs a list. Quick is
each small test that needs no GPU, no cluster and no peer library.

    tools/quick/quick_tests.py            rewrites the list
"""

import ast
import os
import sys

ROOTS = ("kaito", "third_party", "tools")
RULES = ("kaito_cc_fuzz_test", "kaito_cc_test", "kaito_py_test")
LEFT_OUT_TAGS = {"cluster", "local", "manual", "peers", "requires-gpu"}
PATH = "bazel/quick_tests.bzl"
HEAD = '''"""The tests of //:quick. Written by tools/quick/quick_tests.py; do not edit."""

QUICK_TESTS = [
'''


def literal(node):
  try:
    return ast.literal_eval(node)
  except ValueError:
    return None


def quick_tests_of(text, package):
  """Labels of the quick tests that a BUILD file declares."""
  for node in ast.walk(ast.parse(text)):
    if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in RULES:
      continue
    values = {k.arg: literal(k.value) for k in node.keywords}
    if values.get("size", "small") != "small" or LEFT_OUT_TAGS & set(values.get("tags") or []):
      continue
    yield f"//{package}:{values['name']}"


def render(checkout):
  """The file as it should be."""
  labels = []
  for root in ROOTS:
    for folder, _, files in os.walk(os.path.join(checkout, root)):
      if "BUILD.bazel" in files and "bazel_shims" not in folder:
        with open(os.path.join(folder, "BUILD.bazel"), encoding="utf-8") as file:
          labels += quick_tests_of(file.read(), os.path.relpath(folder, checkout))
  return HEAD + "".join(f'    "{label}",\n' for label in sorted(labels)) + "]\n"


def main():
  checkout = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
  path = os.path.join(checkout, PATH)
  with open(path + ".new", "w", encoding="utf-8") as file:
    file.write(render(checkout))
  os.replace(path + ".new", path)


if __name__ == "__main__":
  sys.exit(main())
