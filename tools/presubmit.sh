#!/usr/bin/env bash
# Before sending a change: format, gcc build and quick tests, clang build with the
# layering check, asan on what changed. Stops at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { echo "== $*" >&2; "$@"; }

step tools/format.sh --check
step tools/lint.sh
step ./bazelw test //:quick
step ./bazelw build --config=clang //...

# Packages with a changed file.
packages=$({ git diff --name-only main -- kaito; git ls-files --others --exclude-standard -- kaito; } |
  while read -r file; do
    folder=$(dirname "$file")
    while [ "$folder" != . ] && [ ! -e "$folder/BUILD.bazel" ]; do folder=$(dirname "$folder"); done
    echo "//$folder:all"
  done | sort -u)
if [ -n "$packages" ]; then
  # shellcheck disable=SC2086  # a list of packages
  step ./bazelw test --config=asan $packages
fi
echo "presubmit passed" >&2
