"""Every reason that a user can be shown is in docs/troubleshooting.md.

Reads the reasons from the code, where they are written: as constants of the API, or as
literals beside a member or call that takes a reason. A new one fails here until the page
has it.
"""

import os
import re
import unittest

ROOT = os.path.dirname(os.path.realpath("WORKSPACE"))

# Folders whose reasons reach users, and how a literal is known to be one.
FOLDERS = (
    "kaito/operator", "kaito/provisioner", "kaito/runtime/commands", "kaito/runtime/train", "kaito/standalone/apiserver/rest",
    "kaito/standalone/node", "kaito/standalone/workloads")
LITERALS = (
    re.compile(r'\breason = "([A-Z][A-Za-z]+)"'),
    re.compile(r'\bfailed_reason = "([A-Z][A-Za-z]+)"'),
    re.compile(r'\bTell\(claim, (?:true|false), "([A-Z][A-Za-z]+)"'),
    re.compile(r'\bEvent\(\s*(?:api::kEvent\w+|\w+), "([A-Z][A-Za-z]+)"'),
    re.compile(r'\bWaiting\(\s*(?:Phase::\w+|phase), "([A-Z][A-Za-z]+)"'),
    re.compile(r'\bkNotLookedAt = "([A-Z][A-Za-z]+)"'),
    # reason = succeeded ? "PodCompleted" : "ContainersNotReady"
    re.compile(r'\breason = [^;"]*\? "([A-Z][A-Za-z]+)"'),
    re.compile(r'\breason = [^;]*\?[^;]*: "([A-Z][A-Za-z]+)"'),
)


def read(path):
  with open(os.path.join(ROOT, path), encoding="utf-8") as file:
    return file.read()


def without_comments(text):
  return re.sub(r"//[^\n]*", "", text)


def constants():
  """Of namespace reason in the Workspace's names."""
  text = read("kaito/api/workspace/names.h")
  inside = text[text.index("namespace reason {"):text.index("}  // namespace reason")]
  return set(re.findall(r'"([A-Za-z]+)"', without_comments(inside)))


def literals():
  found = {}
  for folder in FOLDERS:
    for place, _, files in os.walk(os.path.join(ROOT, folder)):
      for name in files:
        if not name.endswith(".cc") or name.endswith("_test.cc") or name == "scenario.cc":
          continue
        path = os.path.relpath(os.path.join(place, name), ROOT)
        text = without_comments(read(path))
        for pattern in LITERALS:
          for reason in pattern.findall(text):
            found.setdefault(reason, path)
  return found


def of_status_codes():
  """What the runtime calls a failure that says nothing more."""
  text = read("kaito/runtime/commands/finish.cc")
  body = text[text.index("ReasonOf("):]
  return set(re.findall(r'return "([A-Za-z]+)";', body[:body.index("\n}\n")]))


def exit_codes():
  return set(re.findall(r"^  k\w+ = (\d+),", read("kaito/api/job/exit_code.h"), re.M))


class TroubleshootingTest(unittest.TestCase):

  def setUp(self):
    self.page = read("docs/troubleshooting.md")
    self.named = set(re.findall(r"`(\*?[A-Za-z]+)`", self.page))

  def assert_named(self, reasons, where):
    missing = sorted(set(reasons) - self.named)
    self.assertFalse(missing, f"docs/troubleshooting.md lacks reasons of {where}: {missing}")

  def test_conditions(self):
    reasons = constants()
    self.assertGreater(len(reasons), 30)
    self.assert_named(reasons, "kaito/api/workspace/names.h")

  def test_literals(self):
    found = literals()
    for known in ("Unschedulable", "LaunchFailed", "BackOff", "NodeNotFound", "GivenUp", "PodCompleted",
                  "ContainersNotReady", "AwaitingReconciliation"):
      self.assertIn(known, found, "a pattern of this test finds nothing any more")
    for reason, path in sorted(found.items()):
      self.assert_named([reason], path)

  def test_endings(self):
    reasons = of_status_codes()
    self.assertIn("OutOfMemory", reasons)
    self.assert_named(reasons, "kaito/runtime/commands/finish.cc")
    for code in exit_codes():
      self.assertRegex(self.page, rf"(?m)^\| {code} \|")

  def test_what_the_operator_wrote(self):
    text = read("kaito/operator/controller/reconciler.cc")
    body = text[text.index("absl::string_view VerbOf("):]
    verbs = set(re.findall(r'"([A-Z][a-z]+)"', body[:body.index("\n}\n")]))
    self.assertIn("Created", verbs)
    self.assert_named([f"*{verb}" for verb in verbs] + [f"*{verb}Failed" for verb in verbs], "the operator's events")


if __name__ == "__main__":
  unittest.main()
