#!/bin/sh
# Gets programs of Debian's that tests and the quick-start run, without installing them:
# installing docker-registry would start a service on this machine.
#
#   tools/fetch_tools.sh                     all of: docker-registry kubectl skopeo
#   tools/fetch_tools.sh kubectl             only these
#
# A program that is in PATH is left alone. Others are unpacked under
# ~/.cache/kaito/tools, and run as ~/.cache/kaito/tools/bin/NAME. Needs apt-get; a
# second run does nothing.
set -eu

root="${KAITO_TOOLS_DIR:-${HOME:?fetch_tools: HOME is not set}/.cache/kaito/tools}"

say() { printf 'fetch_tools: %s\n' "$*" >&2; }

# The packages of a program: its own, and libraries that a bare system lacks.
packages_of() {
  case "$1" in
    docker-registry) echo docker-registry ;;
    kubectl) echo kubernetes-client ;;
    skopeo) echo skopeo libdevmapper1.02.1 libgpgme11 libassuan0 libgpg-error0 ;;
    *)
      say "unknown program $1; known: docker-registry kubectl skopeo"
      return 1
      ;;
  esac
}

fetch() {
  name=$1
  if command -v "$name" >/dev/null || [ -x "$root/bin/$name" ]; then return 0; fi
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    say "$name: not in PATH, and this is not a Debian system: install it by hand"
    return 1
  fi
  packages=$(packages_of "$name") || return 1
  say "unpacking $packages into $root/$name"
  mkdir -p "$root/bin"
  # A directory of its own until all is there: two runs don't meet.
  work=$(mktemp -d "$root/.$name.XXXXXX")
  # shellcheck disable=SC2086  # a list of names
  if ! (cd "$work" && apt-get -q download $packages >download.log 2>&1); then
    say "$name: apt-get could not download $packages: $(tail -n 1 "$work/download.log")"
    rm -rf "$work"
    return 1
  fi
  mkdir "$work/tree"
  for package in "$work"/*.deb; do dpkg -x "$package" "$work/tree"; done
  rm -f "$work"/*.deb "$work/download.log"
  program=$(find "$work/tree" -type f -path "*/bin/$name" | head -n 1)
  if [ -z "$program" ]; then
    say "$name: not among the files of $packages"
    rm -rf "$work"
    return 1
  fi
  program=${program#"$work"/tree/}
  cat >"$work/run" <<END
#!/bin/sh
tree=\$(dirname "\$0")/../$name
LD_LIBRARY_PATH=\$tree/usr/lib/$(uname -m)-linux-gnu:\$tree/lib/$(uname -m)-linux-gnu \\
  exec "\$tree/$program" "\$@"
END
  chmod 755 "$work/run"
  if [ ! -e "$root/$name" ]; then mv "$work/tree" "$root/$name"; fi
  mv "$work/run" "$root/bin/$name"
  rm -rf "$work"
}

failed=0
[ $# -gt 0 ] || set -- docker-registry kubectl skopeo
for tool in "$@"; do fetch "$tool" || failed=1; done
exit "$failed"
