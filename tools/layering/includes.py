"""Checks who includes what: third-party headers stay inside the packages that wrap them.

`python3 includes.py CHECKOUT` prints one line for each forbidden include.
"""

import os
import re
import sys

# Start of an include's path: the folders that may hold it.
WRAPPERS = {
    "arrow/": ["kaito/runtime/dataset"],
    "boost/": ["kaito/base/http"],
    "curl/": ["kaito/base/http"],
    "google/protobuf/": ["kaito/provisioner", "kaito/runtime"],
    "grpc++/": ["kaito/provisioner", "kaito/runtime"],
    "grpc/": ["kaito/provisioner", "kaito/runtime"],
    "grpcpp/": ["kaito/provisioner", "kaito/runtime"],
    "hwy/": ["kaito/kernels"],
    "nlohmann/": ["kaito/base/json"],
    "oneapi/dnnl/": ["kaito/kernels"],
    "openssl/": ["kaito/base/digest", "kaito/base/http", "kaito/base/tls"],
    "parquet/": ["kaito/runtime/dataset"],
    "re2/": ["kaito/base/regex"],
    "simdjson.h": ["kaito/base/json"],
    "sqlite3.h": ["kaito/standalone"],
    "third_party/boost/": ["kaito/base/http"],
    "utf8proc.h": ["kaito/runtime/tokenizer"],
    "yaml-cpp/": ["kaito/base/yaml"],
    "zlib.h": ["kaito/runtime/oci"],
    "zstd": ["kaito/runtime"],
    # False reports under ThreadSanitizer: kaito/base/sync instead.
    "absl/synchronization/": [],
}

# Not in device code and launch headers: nvcc takes seconds for each, and a bare nvcc
# must do on a machine without Bazel.
NOT_ON_DEVICE = re.compile(
    r"absl/|gtest/|gmock/|kaito/base/|(array|deque|forward_list|functional|iostream|list|map|memory|optional|ostream|"
    r"queue|set|span|sstream|stack|string|string_view|tuple|unordered_map|unordered_set|variant|vector)$")
DEVICE_FILES = (".cu", ".cuh", "_launch.h", "_params.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
SOURCES = (".h", ".cc", ".cu", ".cuh", ".inc")


def is_within(path, folder):
  return path.startswith(folder + "/")


def fault_of(path, included):
  """What is wrong with an include in a file under kaito/; None where nothing is."""
  for start, folders in WRAPPERS.items():
    if included.startswith(start) and not any(is_within(path, f) for f in folders):
      return f"only {', '.join(folders)} may" if folders else "nothing in kaito may"
  if path.endswith(DEVICE_FILES) and NOT_ON_DEVICE.match(included):
    return "device code and launch headers may not"
  return None


def faults(root):
  """"path:line: includes X; who may" for each forbidden include under kaito/."""
  found = []
  for folder, _, files in sorted(os.walk(os.path.join(root, "kaito"))):
    for name in sorted(files):
      if not name.endswith(SOURCES):
        continue
      path = os.path.relpath(os.path.join(folder, name), root)
      with open(os.path.join(root, path), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
          match = INCLUDE.match(line)
          fault = fault_of(path, match[1]) if match else None
          if fault:
            found.append(f"{path}:{number}: includes {match[1]}; {fault}")
  return found


if __name__ == "__main__":
  FOUND = faults(sys.argv[1] if len(sys.argv) > 1 else ".")
  print("\n".join(FOUND))
  sys.exit(1 if FOUND else 0)
