#!/usr/bin/env bash
# Unpacks Debian's docker-registry and skopeo under ~/.cache/kaito/tools, where they are
# not installed: installing docker-registry would start a service on port 5000. For the
# quick-start, and for //kaito/runtime/oci:real_registry_test.
#
#   tools/fetch_tools.sh               # Prints where the programs are.
set -euo pipefail

tools="${KAITO_TOOLS_DIR:-$HOME/.cache/kaito/tools}"
mkdir -p "$tools/packages"

# A program, and the packages that hold it and the libraries that it alone needs.
fetch() {
  local program="$1"
  shift
  if command -v "$program" >/dev/null 2>&1 || [ -x "$tools/usr/bin/$program" ]; then
    return
  fi
  local package
  for package in "$@"; do
    if dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
      continue
    fi
    (cd "$tools/packages" && apt-get download -qq "$package")
    local file
    for file in "$tools/packages/${package}"_*.deb; do
      dpkg -x "$file" "$tools"
      rm -f "$file"
    done
  done
}

fetch docker-registry docker-registry
fetch skopeo libassuan0 libgpgme11 libdevmapper1.02.1 skopeo

# Programs that were unpacked find their libraries by LD_LIBRARY_PATH.
for program in docker-registry skopeo; do
  where="$tools/usr/bin/$program"
  [ -x "$where" ] || where="$(command -v "$program" || true)"
  if [ -z "$where" ]; then
    echo "fetch_tools: $program: neither installed nor in Debian's archive" >&2
    exit 1
  fi
  echo "$program $where"
done
