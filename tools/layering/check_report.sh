#!/bin/sh
# check_report.sh --empty REPORT: fails, showing the report, unless it is empty.
# check_report.sh --names LABEL REPORT: fails unless LABEL is a line of it.
set -eu
case "$1" in
  --empty)
    if [ -s "$2" ]; then
      echo "reached, and not allowed by bazel/layers.bzl:"
      cat "$2"
      exit 1
    fi
    ;;
  --names)
    grep -qxF "$2" "$3" || {
      echo "no line \"$2\" in the report:"
      cat "$3"
      exit 1
    }
    ;;
  *)
    echo "usage: $0 --empty REPORT | --names LABEL REPORT" >&2
    exit 2
    ;;
esac
