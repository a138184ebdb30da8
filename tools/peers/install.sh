#!/bin/sh
# Installs the libraries that the tests of --config=peers compare the runtime with:
# PyTorch, transformers, PEFT, bitsandbytes and openai, pinned with their digests.
#
#   tools/peers/install.sh                   into ~/.cache/kaito/peers
#   KAITO_PEERS_PYTHONPATH=DIR tools/peers/install.sh
#
# 3 GB to download, 7 GB on the disk: PyTorch's wheel brings CUDA. A second run does
# nothing. The build itself needs none of it.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target="${KAITO_PEERS_PYTHONPATH:-${HOME:?install.sh: HOME is not set}/.cache/kaito/peers}"
stamp="$target/.kaito-peers"

if cmp -s "$root/requirements.txt" "$stamp"; then exit 0; fi
echo "install.sh: installing into $target" >&2
mkdir -p "$target"
rm -f "$stamp"
python3 -m pip install -q --no-deps --only-binary :all: --require-hashes --upgrade \
  --disable-pip-version-check --root-user-action=ignore --target "$target" \
  -r "$root/requirements.txt"
# Only now is it whole.
cp "$root/requirements.txt" "$stamp"
