"""Checks every BUILD.bazel under kaito/ against the table of bazel/layers.bzl.

Reads the files themselves (Starlark is close enough to Python for ast), so a new package
is checked from its first day, tests included. Each edge is checked by itself; since the
table is closed (layers_test.py), so are closures. `python3 layers.py CHECKOUT` prints one
line for each fault.
"""

import ast
import collections
import os
import sys

# Attributes that make a code dependency. Not data: a program may carry another one.
CODE_ATTRIBUTES = ("actual", "deps", "hdrs", "srcs")

Rule = collections.namedtuple("Rule", "label kind edges")


class Table:
  """bazel/layers.bzl, run as Python: it uses nothing that Python lacks."""

  def __init__(self, text):
    values = {}
    exec(compile(text, "layers.bzl", "exec"), values)  # pylint: disable=exec-used
    self.layers = values["LAYERS"]
    self.device_suffixes = tuple(values["DEVICE_TARGETS"])

  def unit_of(self, package):
    """The longest pattern that fits //kaito/<package>; None where none does."""
    if package in self.layers:
      return package
    folder = package
    while folder:
      if folder + "/..." in self.layers:
        return folder + "/..."
      folder = folder.rpartition("/")[0]
    return None

  def allows(self, user, used):
    return user == used or used in self.layers[user]


def absolute(label, package):
  """//a/b:c of any spelling; None for a file of the package."""
  if label.startswith(":"):
    return f"//{package}{label}"
  if label.startswith("//"):
    return label if ":" in label else f"{label}:{label.rpartition('/')[2]}"
  return label if label.startswith("@") else None


def rules_of(text, package):
  """The rules and macros of a BUILD file, with the labels in their code attributes."""
  for node in ast.walk(ast.parse(text)):
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
      continue
    values = {k.arg: k.value for k in node.keywords}
    if "name" not in values:
      continue
    name = values["name"]
    # A name that a list comprehension computes.
    name = name.value if isinstance(name, ast.Constant) else "*"
    labels = [
        absolute(constant.value, package)
        for attribute in CODE_ATTRIBUTES if attribute in values
        for constant in ast.walk(values[attribute])
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    ]
    yield Rule(f"//{package}:{name}", node.func.id, [l for l in labels if l])


def read_rules(checkout):
  rules = []
  for folder, _, files in os.walk(os.path.join(checkout, "kaito")):
    if "BUILD.bazel" in files:
      package = os.path.relpath(folder, checkout)
      with open(os.path.join(folder, "BUILD.bazel"), encoding="utf-8") as file:
        rules += rules_of(file.read(), package)
  return rules


def package_under_kaito(label):
  """"kube/cache" of //kaito/kube/cache:x; None outside kaito/."""
  prefix = "//kaito/"
  return label[len(prefix):].partition(":")[0] if label.startswith(prefix) else None


def is_device(table, label):
  """Device code, a reference, or what both stand on."""
  if label.startswith("//kaito/kernels/device:") or label == "//kaito/kernels:types":
    return True
  return label.startswith("//kaito/kernels") and label.endswith(table.device_suffixes)


def faults_of_rule(table, rule, aliases):
  package = package_under_kaito(rule.label)
  user = table.unit_of(package)
  if user is None:
    yield f"{rule.label}: its package has no line in bazel/layers.bzl"
    return
  for edge in rule.edges:
    target = edge
    while target in aliases:
      target = aliases[target]
    used_package = package_under_kaito(target)
    if edge.startswith("@"):
      yield f"{rule.label} uses {edge}: third-party code only through //third_party"
    elif edge.startswith(("//benchmarks", "//e2e")):
      yield f"{rule.label} uses {edge}: nothing depends on benchmarks or e2e"
    elif is_device(table, rule.label) and not (
        is_device(table, target) or target.startswith("//third_party/cuda")):
      yield f"{rule.label} uses {target}: device code and references use neither host code nor libraries"
    elif used_package is None:
      continue
    elif rule.kind == "alias":
      if used_package.partition("/")[0] != package.partition("/")[0]:
        yield f"{rule.label} shows {target}, of another component"
    else:
      used = table.unit_of(used_package)
      if used is None or not table.allows(user, used):
        yield f"{rule.label} ({user}) may not use {target} ({used}): see bazel/layers.bzl"


def faults(checkout):
  """One line for each edge that the table doesn't allow."""
  with open(os.path.join(checkout, "bazel/layers.bzl"), encoding="utf-8") as file:
    table = Table(file.read())
  rules = read_rules(checkout)
  aliases = {r.label: r.edges[0] for r in rules if r.kind == "alias" and r.edges}
  return [fault for rule in rules for fault in faults_of_rule(table, rule, aliases)]


if __name__ == "__main__":
  FOUND = faults(sys.argv[1] if len(sys.argv) > 1 else ".")
  print("\n".join(FOUND))
  sys.exit(1 if FOUND else 0)
