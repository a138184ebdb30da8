#!/usr/bin/env python3
"""Counts the results of a `bazel test` run and names its slowest targets.

Reads bazel's own output (--log) and its JSON trace (--profile). The last line printed
is "N passed, N failed"; the exit code is 0 only when nothing failed, something ran,
and --status was 0.
"""

import argparse
import collections
import gzip
import json
import re
import sys

# "//a:b   (cached) PASSED in 0.1s", "//a:b  FAILED TO BUILD", "check.sh FAILED in 2s"
RESULT = re.compile(
    r"^(?P<name>(//|tools/|e2e/)\S+)\s+(\(cached\)\s+)?"
    r"(?P<verdict>PASSED|FLAKY|FAILED TO BUILD|FAILED|TIMEOUT|INCOMPLETE|NO STATUS|REMOTE FAILURE)\b"
)
# bazel also reports what it left out; these are no results.
SKIPPED = re.compile(r"^(//\S+)\s+SKIPPED\s*$")


def results(lines):
  """Verdict of each test; a test that is reported twice keeps its worse verdict."""
  verdicts = {}
  skipped = set()
  for line in lines:
    if SKIPPED.match(line):
      skipped.add(line.split()[0])
    match = RESULT.match(line)
    if not match:
      continue
    name, passed = match["name"], match["verdict"] == "PASSED"
    verdicts[name] = verdicts.get(name, True) and passed
  return verdicts, skipped


def slowest(profile_path, count):
  """(seconds, target) of the targets whose actions took longest in sum."""
  try:
    with gzip.open(profile_path, "rt") as file:
      events = json.load(file)["traceEvents"]
  except (OSError, ValueError, KeyError) as error:
    print(f"no profile to read: {error}")
    return []
  seconds = collections.Counter()
  for event in events:
    if event.get("cat") == "action processing" and "dur" in event:
      target = event.get("args", {}).get("target") or event["name"]
      seconds[target] += event["dur"] / 1e6
  return [(s, target) for target, s in seconds.most_common(count)]


def main():
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("--log", required=True)
  parser.add_argument("--profile", required=True)
  parser.add_argument("--status", type=int, required=True, help="exit code of the run itself")
  args = parser.parse_args()

  with open(args.log, encoding="utf-8", errors="replace") as file:
    verdicts, skipped = results(file)
  print("slowest targets (seconds of all their actions):")
  for seconds, target in slowest(args.profile, 10):
    print(f"  {seconds:7.1f}  {target}")
  for name in sorted(skipped):
    print(f"skipped: {name}")
  failed = sorted(name for name, passed in verdicts.items() if not passed)
  for name in failed:
    print(f"failed: {name}")
  passed_count = len(verdicts) - len(failed)
  failed_count = len(failed)
  if args.status != 0 and failed_count == 0:
    print(f"the run ended with {args.status} before every test had a result")
    failed_count = 1
  print(f"{passed_count} passed, {failed_count} failed")
  sys.exit(0 if failed_count == 0 and passed_count > 0 else 1)


if __name__ == "__main__":
  main()
