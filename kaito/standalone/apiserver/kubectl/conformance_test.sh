#!/bin/bash
# Runs conformance.sh with every kubectl that is at hand, against a server of its own,
# or, with a third argument --kubeconfig=FILE, against any other:
#
#   bazel test //kaito/standalone/apiserver/kubectl:conformance_test \
#     --test_arg=--kubeconfig="$HOME/.kube/config" --cache_test_results=no
#
# KAITO_KUBECTLS (with --test_env) names more of them, separated by spaces.
set -u

server=$1
script=$2
home=$(getent passwd "$(id -u)" | cut -d: -f6)
tools=${KAITO_TOOLS_DIR:-$home/.cache/kaito/tools}

start_server() {
  local data="$TEST_TMPDIR/data"
  mkdir -p "$data"
  "$server" --data-dir="$data" >"$TEST_TMPDIR/out" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null' EXIT
  for _ in $(seq 600); do
    grep -q KUBECONFIG "$TEST_TMPDIR/out" && break
    timeout 0.05 tail -f /dev/null
  done
  if ! [[ -s $data/kubeconfig ]]; then
    echo "the server did not start:"
    cat "$TEST_TMPDIR/out"
    exit 1
  fi
  export KUBECONFIG="$data/kubeconfig"
}

case ${3:-} in
  '') start_server ;;
  --kubeconfig=*) export KUBECONFIG=${3#--kubeconfig=} ;;
  *)
    echo "unknown argument $3; known: --kubeconfig=FILE"
    exit 2
    ;;
esac

declare -A seen
status=0
for kubectl in ${KAITO_KUBECTLS:-} "$(command -v kubectl)" "$tools"/bin/kubectl* \
  /usr/bin/kubectl* /usr/local/bin/kubectl* /usr/lib/*/bin/kubectl.*; do
  # A plug-in is no kubectl.
  [[ -x $kubectl && $(basename "$kubectl") != kubectl-* ]] || continue
  version=$(HOME="$TEST_TMPDIR" "$kubectl" version --client 2>/dev/null | head -1)
  [[ -n $version && -z ${seen[$version]:-} ]] || continue
  seen[$version]=1
  echo "== $kubectl: $version"
  bash "$script" "$kubectl" || status=1
done
if ((${#seen[@]} == 0)); then
  echo "no kubectl here: nothing was checked"
fi
exit "$status"
