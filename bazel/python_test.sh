#!/bin/sh
# py_test would want a Python toolchain that Bazel 4 looks for as python2.
exec python3 "$@"
