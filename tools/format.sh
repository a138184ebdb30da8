#!/usr/bin/env bash
# Formats what differs from main, or with --all everything, or with --check says what
# is not formatted and fails. C++ by clang-format; BUILD files where buildifier is found.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=change
check=no
for argument in "$@"; do
  case "$argument" in
    --all) mode=all ;;
    --check) check=yes ;;
    *) echo "usage: tools/format.sh [--all] [--check]" >&2; exit 2 ;;
  esac
done

files() { # $@: git pathspecs
  if [ "$mode" = all ]; then
    git ls-files -- "$@"
  else
    { git diff --name-only --diff-filter=d main -- "$@"; git ls-files --others --exclude-standard -- "$@"; } | sort -u
  fi | grep -v '^third_party/bazel_shims/' || true
}

mapfile -t sources < <(files '*.h' '*.cc' '*.cu' '*.cuh')
if [ "${#sources[@]}" -gt 0 ]; then
  if [ "$check" = yes ]; then
    clang-format --dry-run --Werror "${sources[@]}"
  else
    clang-format -i "${sources[@]}"
  fi
fi
mapfile -t builds < <(files '*.bazel' '*.bzl' WORKSPACE)
if command -v buildifier >/dev/null && [ "${#builds[@]}" -gt 0 ]; then
  if [ "$check" = yes ]; then buildifier --mode=check "${builds[@]}"; else buildifier "${builds[@]}"; fi
fi
