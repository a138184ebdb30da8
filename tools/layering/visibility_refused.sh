#!/usr/bin/env bash
# Proves that Bazel refuses a forbidden dependency: builds targets that must not build
# and expects the reason to be visibility. Outside of bazel's own tests, since it calls
# bazel: .ci/run does it. Give the command to call, with its start-up options, or let it
# be ./bazelw:
#   tools/layering/visibility_refused.sh bazel --output_base=/tmp/ob
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
[ $# -gt 0 ] || set -- ./bazelw

refused() { # $1: target, $2: the dependency that must be refused
  local output
  # As a command line names no configuration, the caller's cache of analyses is kept.
  if output=$("${bazel[@]}" build --nobuild "$1" 2>&1); then
    echo "visibility: $1 was built, and must not be" >&2
    return 1
  fi
  if ! grep -qF "target '$2' is not visible from target '$1'" <<<"$output"; then
    echo "visibility: $1 failed for another reason than the visibility of $2:" >&2
    tail -20 <<<"$output" >&2
    return 1
  fi
}

bazel=("$@")
package=//tools/layering/testdata/refused
refused "$package:uses_the_inside_of_base" //kaito/base/status:status &&
  refused "$package:uses_kernels" //kaito/kernels:types
