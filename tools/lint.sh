#!/usr/bin/env bash
# Checks on the files themselves that need no build: size of the data, names that say
# nothing, files that grew too long, leftovers. Part of .ci/run and the presubmit.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
bad=0
complain() { echo "lint: $*" >&2; bad=1; }

# All data files together stay under 25 MB.
data_bytes=$(git ls-files -z | grep -zvE '\.(h|cc|cu|cuh|bzl|bazel|py|sh|md)$' |
  xargs -0 stat -c %s 2>/dev/null | awk '{s += $1} END {print s + 0}')
[ "$data_bytes" -le $((25 * 1000 * 1000)) ] || complain "data files take $data_bytes bytes, more than 25 MB"

# A name says what lives there.
while read -r file; do
  complain "$file: a name with util, common, helper, misc or manager says nothing"
done < <(git ls-files kaito benchmarks e2e bazel tools | grep -E '(^|/)[^/]*(util|common|helper|misc|manager)[^/]*$' | grep -v '_testutil\.')

# Our own sources stay readable: 400 lines a file, tests 600.
while read -r file; do
  case "$file" in *_test.cc) limit=600 ;; *) limit=400 ;; esac
  lines=$(wc -l <"$file")
  [ "$lines" -le "$limit" ] || complain "$file: $lines lines, more than $limit: split it"
done < <(git ls-files 'kaito/*.h' 'kaito/*.cc' 'kaito/*.cu' 'kaito/*.cuh')

# A TODO names its issue.
while read -r line; do
  complain "$line"
done < <(git grep -nE '\b(TODO|FIXME|XXX)\b' -- 'kaito/*' 'benchmarks/*' 'e2e/*' 'bazel/*' | grep -vE 'TODO\([a-z#0-9-]+\)')

# Guards follow the path.
while read -r file; do
  guard=$(echo "$file" | tr 'a-z/.-' 'A-Z___')_
  grep -q "^#define $guard\$" "$file" || complain "$file: wants the include guard $guard"
done < <(git ls-files 'kaito/*.h' 'kaito/*.cuh')

exit $bad
