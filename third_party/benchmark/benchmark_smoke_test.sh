#!/bin/sh
# Runs the benchmark for a moment and looks for its line.
set -eu
"$1" --benchmark_min_time=0.001 --benchmark_format=csv >"$TEST_TMPDIR/out.csv"
grep -q '^"Sum/1000",[1-9]' "$TEST_TMPDIR/out.csv" || {
  echo "no result of Sum/1000 in:"
  cat "$TEST_TMPDIR/out.csv"
  exit 1
}
