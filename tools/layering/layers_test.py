"""The checkout keeps to the table, and the check finds what does not."""

import os
import tempfile
import unittest

import checkout
import layers


def table():
  with open(os.path.join(checkout.ROOT, "bazel/layers.bzl"), encoding="utf-8") as file:
    return layers.Table(file.read())


class LayersTest(unittest.TestCase):

  def faults(self, builds):
    """Faults of a checkout with the real table and these BUILD files."""
    with tempfile.TemporaryDirectory() as root:
      os.mkdir(os.path.join(root, "bazel"))
      os.symlink(os.path.join(checkout.ROOT, "bazel/layers.bzl"), os.path.join(root, "bazel/layers.bzl"))
      for package, text in builds.items():
        os.makedirs(os.path.join(root, package))
        with open(os.path.join(root, package, "BUILD.bazel"), "w", encoding="utf-8") as file:
          file.write(text)
      return layers.faults(root)

  def library(self, package, name, *deps):
    return {package: f'kaito_cc_library(name = "{name}", deps = {list(deps)!r})'}

  def assert_one(self, faults, *parts):
    self.assertEqual(len(faults), 1, faults)
    for part in parts:
      self.assertIn(part, faults[0])

  def test_every_package_keeps_to_the_table(self):
    found = layers.faults(checkout.ROOT)
    self.assertFalse(found, "\n" + "\n".join(found))
    self.assertGreater(len(layers.read_rules(checkout.ROOT)), 50)

  def test_the_table_is_closed(self):
    rows = table().layers
    for unit, used in rows.items():
      for u in used:
        self.assertIn(u, rows, f"{unit} lists {u}, which has no line")
        missing = set(rows[u]) - set(used) - {unit}
        self.assertFalse(missing, f"{unit} uses {u}, and so reaches {missing}")

  def test_the_table_says_what_architecture_md_says(self):
    t = table()
    for user, used, allowed in [
        ("base", "api", False), ("api", "base", True), ("api", "kube", False),
        ("kube/cache", "api/meta", True), ("kube/cache", "api/workspace", False),
        ("provisioner/lifecycle", "kube", True), ("provisioner/lifecycle", "api/job", False),
        ("provisioner/lifecycle", "provisioner/azure", False),
        ("provisioner/azure", "provisioner/lifecycle", True),
        ("provisioner/azure", "provisioner/byo", False),
        ("provisioner", "provisioner/azure", True),
        ("operator/plan", "kube", False), ("operator/render", "kube/client", False),
        ("operator/status", "operator/plan", True), ("operator/plan", "operator/apply", False),
        ("operator/plan", "provisioner/sku", True), ("operator/plan", "provisioner/lifecycle", False),
        ("operator/plan", "api/job", True), ("operator/apply", "kube", True),
        ("operator/apply", "provisioner/azure", False), ("operator/apply", "standalone", False),
        ("operator", "provisioner/azure", True), ("operator", "standalone/node", True),
        ("operator", "kernels", False), ("operator", "runtime", False),
        ("standalone/node", "kube", True), ("standalone/node", "provisioner", False),
        ("standalone/node", "provisioner/local", False), ("standalone/node", "api/job", False),
        ("kernels/poison", "base", True), ("kernels/poison", "api/job", False),
        ("runtime/train", "api/job", True), ("runtime/train", "api/workspace", False),
        ("runtime/train", "kernels/poison", True), ("runtime/train", "kube", False),
    ]:
      self.assertEqual(t.allows(t.unit_of(user), t.unit_of(used)), allowed, f"{user} -> {used}")

  def test_names_the_forbidden_edge(self):
    self.assert_one(
        self.faults(self.library("kaito/operator/plan", "plan", "//kaito/base:status", "//kaito/kube:client")),
        "//kaito/operator/plan:plan (operator/plan/...) may not use //kaito/kube:client (kube/...)")

  def test_looks_through_the_public_alias(self):
    builds = {"kaito/api": 'alias(name = "machine", actual = "//kaito/api/machine")'}
    self.assert_one(
        self.faults({**builds, **self.library("kaito/kube/cache", "cache", "//kaito/api:machine")}),
        "//kaito/kube/cache:cache", "may not use //kaito/api/machine:machine (api/...)")
    builds = {"kaito/api": 'alias(name = "condition", actual = "//kaito/api/meta:condition")'}
    self.assertEqual(
        self.faults({**builds, **self.library("kaito/kube/cache", "cache", "//kaito/api:condition")}), [])

  def test_a_component_shows_only_its_own(self):
    self.assert_one(
        self.faults({"kaito/runtime": 'alias(name = "x", actual = "//kaito/kube:client")'}),
        "//kaito/runtime:x shows //kaito/kube:client, of another component")

  def test_a_package_without_a_layer_is_a_fault(self):
    self.assert_one(self.faults(self.library("kaito/extra", "x")), "//kaito/extra:x: its package has no line")

  def test_third_party_code_is_reached_through_its_wrapper(self):
    self.assert_one(self.faults(self.library("kaito/kube/x", "x", "@curl//:curl")), "@curl//:curl", "//third_party")

  def test_select_and_sums_of_lists_are_read(self):
    text = 'kaito_cc_test(name = "x", deps = [":y"] + select({"//bazel:tsan": ["//kaito/runtime:z"]}))'
    self.assert_one(self.faults({"kaito/base/x": text}), "may not use //kaito/runtime:z")

  def test_device_code_and_references_stand_alone(self):
    good = ["//kaito/kernels:types", "//kaito/kernels/device:grid", ":nf4_params", "//third_party/cuda:cudart"]
    self.assertEqual(self.faults(self.library("kaito/kernels/nf4", "nf4_cuda", *good)), [])
    self.assertEqual(self.faults(self.library("kaito/kernels/nf4", "nf4", "//kaito/base:status")), [])
    for name in ["nf4_ref", "nf4_cuda", "nf4_params", "nf4_cases"]:
      for dep in ["//kaito/base:status", "//third_party/abseil", "//kaito/kernels:stream"]:
        self.assert_one(self.faults(self.library("kaito/kernels/nf4", name, dep)), name, dep)


if __name__ == "__main__":
  unittest.main()
