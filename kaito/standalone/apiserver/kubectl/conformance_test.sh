#!/bin/bash
# Runs conformance.sh with every kubectl that is at hand, against a server of its own.
# KAITO_KUBECTLS names more of them, separated by spaces.
set -u

server=$1
script=$2
data="$TEST_TMPDIR/data"
mkdir -p "$data"

"$server" --data-dir="$data" >"$TEST_TMPDIR/out" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null' EXIT
for _ in $(seq 200); do
  grep -q KUBECONFIG "$TEST_TMPDIR/out" && break
  timeout 0.05 tail -f /dev/null
done
if ! [[ -s $data/kubeconfig ]]; then
  echo "the server did not start:"
  cat "$TEST_TMPDIR/out"
  exit 1
fi
export KUBECONFIG="$data/kubeconfig"

declare -A seen
status=0
for kubectl in ${KAITO_KUBECTLS:-} /usr/bin/kubectl /usr/bin/kubectl.* /usr/lib/*/bin/kubectl.*; do
  [[ -x $kubectl ]] || continue
  version=$(HOME="$TEST_TMPDIR" "$kubectl" version --client 2>/dev/null | head -1)
  [[ -n ${seen[$version]:-} ]] && continue
  seen[$version]=1
  echo "== $kubectl: $version"
  bash "$script" "$kubectl" || status=1
done
if ((${#seen[@]} == 0)); then
  echo "no kubectl here: nothing was checked"
fi
exit "$status"
