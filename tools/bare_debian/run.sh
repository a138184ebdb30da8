#!/usr/bin/env bash
# Builds and tests this checkout on a Debian that has nothing installed: proves that
# ./bazelw brings all that is missing.
#
#   tools/bare_debian/run.sh DIR [COMMAND...]     (as root; DIR is made, and kept)
#
# DIR becomes a minimal Debian 12 (debootstrap); a clone of HEAD is put into it, and
# COMMAND (by default ./bazelw test //...) runs there. Package sources, certificates
# and pip's settings are the machine's own.
set -euo pipefail

if [ $# -lt 1 ]; then
  sed -n '2,9p' "$0" >&2
  exit 2
fi
[ "$(id -u)" = 0 ] || { echo "bare_debian: wants root (debootstrap, chroot)" >&2; exit 1; }

source_dir=$(cd "$(dirname "$0")/../.." && pwd)
root=$(mkdir -p "$1" && cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- ./bazelw test //...

command -v debootstrap >/dev/null || {
  apt-get -q update
  apt-get -q -y install --no-install-recommends debootstrap
}

# The first package source that apt names; in deb822 or one-line form.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
  awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}' || true)
[ -n "$mirror" ] || { echo "bare_debian: apt has no package source" >&2; exit 1; }

if [ ! -e "$root/etc/debian_version" ]; then
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror"
fi

# The machine's way to its package archive, and nothing else of it.
printf 'deb %s bookworm main\n' "$mirror" >"$root/etc/apt/sources.list"
grep -lE '^ *Acquire' /etc/apt/apt.conf.d/* | grep -v -e docker -e packagekit -e appstream |
  xargs -r cp -t "$root/etc/apt/apt.conf.d/" || true
cp -a /etc/ssl/certs/. "$root/etc/ssl/certs/"
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
  [ ! -e "$file" ] || cp -L "$file" "$root$file"
done

mounted=()
unmount() {
  for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do umount -l "${mounted[i]}" || true; done
}
trap unmount EXIT
for kind in proc sysfs; do
  where=$root/$([ $kind = proc ] && echo proc || echo sys)
  mount -t $kind $kind "$where"
  mounted+=("$where")
done
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
mounted+=("$root/dev")

rm -rf "$root/root/kaito"
git clone -q --no-hardlinks "$source_dir" "$root/root/kaito"

# An empty environment but for the settings of pip and certificates.
settings=$(env | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA|CURL_CA)[A-Z_]*=' | tr '\n' ' ' || true)
# shellcheck disable=SC2086  # one word each
chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 $settings \
  sh -c 'cd /root/kaito && exec "$@"' sh "$@"
