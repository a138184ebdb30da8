"""No source of the checkout reaches past a wrapper, and the check finds one that does."""

import os
import tempfile
import unittest

import checkout
import includes


class IncludesTest(unittest.TestCase):

  def faults(self, path, *lines):
    with tempfile.TemporaryDirectory() as root:
      os.makedirs(os.path.join(root, os.path.dirname(path)))
      with open(os.path.join(root, path), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
      return includes.faults(root)

  def test_the_checkout_is_clean(self):
    self.assertTrue(os.path.exists(os.path.join(checkout.ROOT, "kaito/base/status/status.h")))
    found = includes.faults(checkout.ROOT)
    self.assertFalse(found, "\n" + "\n".join(found))

  def test_a_wrapped_header_stays_in_its_wrapper(self):
    for header, inside in [
        ("boost/beast/http.hpp", "kaito/base/http"), ("third_party/boost/asio.h", "kaito/base/http"),
        ("curl/curl.h", "kaito/base/http"), ("simdjson.h", "kaito/base/json"),
        ("nlohmann/json.hpp", "kaito/base/json"), ("yaml-cpp/yaml.h", "kaito/base/yaml"),
        ("re2/re2.h", "kaito/base/regex"), ("openssl/ssl.h", "kaito/base/tls"),
        ("openssl/sha.h", "kaito/base/digest"), ("sqlite3.h", "kaito/standalone/apiserver"),
        ("utf8proc.h", "kaito/runtime/tokenizer"),
    ]:
      for line in [f'#include "{header}"', f"#  include <{header}>"]:
        self.assertEqual(self.faults(f"{inside}/x.cc", line), [])
        found = self.faults("kaito/operator/plan/x.h", "", line)
        self.assertEqual(len(found), 1, header)
        self.assertTrue(found[0].startswith(f"kaito/operator/plan/x.h:2: includes {header}; only kaito/"), found)

  def test_absl_synchronization_is_for_nobody(self):
    found = self.faults("kaito/base/sync/x.h", '#include "absl/synchronization/mutex.h"')
    self.assertEqual(len(found), 1)
    self.assertIn("nothing in kaito may", found[0])

  def test_device_code_has_no_containers_abseil_or_gtest(self):
    for name in ["nf4.cu", "nf4.cuh", "nf4_launch.h", "nf4_params.h"]:
      for header in ["vector", "string", "optional", "absl/status/status.h", "gtest/gtest.h", "kaito/base/check/check.h"]:
        self.assertEqual(len(self.faults(f"kaito/kernels/nf4/{name}", f"#include <{header}>")), 1, header)
      for header in ["cstdint", "bit", "cuda_runtime_api.h", "kaito/kernels/types.h"]:
        self.assertEqual(self.faults(f"kaito/kernels/nf4/{name}", f"#include <{header}>"), [])
    self.assertEqual(self.faults("kaito/kernels/nf4/nf4.cc", "#include <vector>"), [])


if __name__ == "__main__":
  unittest.main()
