"""The summary must count what bazel printed, and never call a broken run a success."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "summarize.py")

LOG = """INFO: Analyzed 3 targets
//a:one_test                              (cached) PASSED in 0.1s
//a:two_test                                       PASSED in 2.0s
//a:gpu_test                                       SKIPPED
%s
Executed 1 out of 3 tests: 3 tests pass.
"""


class SummarizeTest(unittest.TestCase):

  def run_script(self, extra_line, status):
    with tempfile.TemporaryDirectory() as folder:
      log, profile = os.path.join(folder, "log"), os.path.join(folder, "profile.gz")
      with open(log, "w", encoding="utf-8") as file:
        file.write(LOG % extra_line)
      events = [{"cat": "action processing", "dur": d, "name": "x", "args": {"target": t}}
                for t, d in [("//a:one_test", 1e6), ("//a:big", 5e6), ("//a:one_test", 1e6)]]
      with gzip.open(profile, "wt") as file:
        json.dump({"traceEvents": events}, file)
      done = subprocess.run(
          [sys.executable, SCRIPT, "--log", log, "--profile", profile, "--status", str(status)],
          stdout=subprocess.PIPE, text=True, check=False)
      return done.returncode, done.stdout.strip().split("\n")

  def test_counts_passes_and_names_the_slowest_first(self):
    code, lines = self.run_script("", 0)
    self.assertEqual(code, 0)
    self.assertEqual(lines[-1], "2 passed, 0 failed")
    self.assertIn("5.0  //a:big", lines[1])
    self.assertIn("2.0  //a:one_test", lines[2])
    self.assertIn("skipped: //a:gpu_test", lines)

  def test_counts_every_kind_of_failure(self):
    for verdict in ["FAILED in 0.1s", "FAILED TO BUILD", "TIMEOUT in 60.0s", "NO STATUS", "FLAKY, failed in 1"]:
      code, lines = self.run_script("//a:bad_test   %s" % verdict, 3)
      self.assertEqual(code, 1, verdict)
      self.assertEqual(lines[-1], "2 passed, 1 failed", verdict)

  def test_counts_checks_that_are_no_targets(self):
    code, lines = self.run_script("e2e/quickstart PASSED in 35.0s\ntools/lint.sh FAILED in 1.0s", 1)
    self.assertEqual(code, 1)
    self.assertEqual(lines[-1], "3 passed, 1 failed")

  def test_a_run_that_broke_off_is_a_failure(self):
    code, lines = self.run_script("", 1)
    self.assertEqual(code, 1)
    self.assertEqual(lines[-1], "2 passed, 1 failed")


if __name__ == "__main__":
  unittest.main()
