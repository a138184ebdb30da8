"""The runtime against Debian's docker-registry and skopeo: does what it pushes read
back elsewhere, and does it read what others push? Skips where the two are missing:
tools/fetch_tools.sh unpacks them.
"""

import base64
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

RUNTIME = os.path.abspath("kaito/runtime/runtime")
TOOLS = os.environ.get("KAITO_TOOLS_DIR") or os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".cache/kaito/tools")

# bcrypt of the password "me".
HTPASSWD = "me:$2y$05$abcdefghijklmnopqrstuu0eWWOyv5eaQUbclcGYHwsgamFvIztQS\n"
FILES = {"adapter_config.json": b'{"r": 16}', "adapter_model.safetensors": bytes(range(256)) * 20000}


def read(*path):
  with open(os.path.join(*path), "rb") as file:
    return file.read()


def find(program):
  return shutil.which(program) or shutil.which(program, path=os.path.join(TOOLS, "bin"))


REGISTRY = find("docker-registry")
SKOPEO = find("skopeo")


@unittest.skipUnless(REGISTRY and SKOPEO, "docker-registry or skopeo is missing: run tools/fetch_tools.sh")
class RealRegistry(unittest.TestCase):

  def setUp(self):
    self.dir = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    self.addCleanup(shutil.rmtree, self.dir)
    self.write("htpasswd", HTPASSWD.encode())
    config = {
        "version": 0.1,
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": self.path("store")}},
        "http": {"addr": "127.0.0.1:0", "secret": "x"},
        "auth": {"htpasswd": {"realm": "test", "path": self.path("htpasswd")}},
    }
    self.write("registry.yml", json.dumps(config).encode())
    self.registry = subprocess.Popen([REGISTRY, "serve", self.path("registry.yml")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    self.addCleanup(self.stop)
    for line in self.registry.stdout:
      if match := re.search(r"listening on 127\.0\.0\.1:(\d+)", line):
        self.host = "127.0.0.1:" + match[1]
        break
    else:
      self.fail("docker-registry ended")
    login = base64.b64encode(b"me:me").decode()
    self.auth = self.write("auth.json", json.dumps({"auths": {self.host: {"auth": login}}}).encode())
    for name, content in FILES.items():
      self.write("results/" + name, content)

  def stop(self):
    self.registry.terminate()
    self.registry.communicate()

  def path(self, name):
    return os.path.join(self.dir, name)

  def write(self, name, content):
    path = self.path(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
      file.write(content)
    return path

  def runtime(self, *args, want=0):
    env = dict(os.environ, KAITO_TERMINATION_LOG=self.path("termination"))
    done = subprocess.run([RUNTIME, *args], env=env, capture_output=True, text=True)
    self.assertEqual(done.returncode, want, done.stderr)
    return done.stdout.strip()

  def skopeo(self, *args):
    env = dict(os.environ, HOME=self.dir, XDG_RUNTIME_DIR=self.dir)
    done = subprocess.run([SKOPEO, "--insecure-policy", *args], env=env, capture_output=True, text=True)
    self.assertEqual(done.returncode, 0, done.stderr)
    return done.stdout

  def push(self, tag):
    image = f"{self.host}/me/adapter:{tag}"
    pushed = self.runtime("pack", "--dir", self.path("results"), "--image", image, "--push", "--auth", self.auth)
    self.assertRegex(pushed, rf"^{re.escape(image)}@sha256:[0-9a-f]{{64}}$")
    return image, pushed.split("@")[1]

  def pulled(self, *args):
    output = self.path("pulled")
    shutil.rmtree(output, ignore_errors=True)
    self.runtime("pull", *args, "--output", output)
    self.assertEqual({name: read(output, name) for name in os.listdir(output)}, FILES)

  def test_skopeo_reads_what_the_runtime_pushes(self):
    image, digest = self.push("v1")
    about = json.loads(self.skopeo("inspect", "--tls-verify=false", "--authfile", self.auth, "docker://" + image))
    self.assertEqual(about["Digest"], digest)
    self.assertEqual(about["Os"], "linux")
    self.skopeo("copy", "--src-tls-verify=false", "--src-authfile", self.auth, "docker://" + image, "dir:" + self.path("copy"))
    manifest = json.loads(read(self.path("copy/manifest.json")))
    self.assertEqual(len(manifest["layers"]), 1)
    with tarfile.open(self.path("copy/" + manifest["layers"][0]["digest"][len("sha256:"):]), "r:gz") as tar:
      self.assertEqual(tar.getnames(), ["data"] + ["data/" + name for name in FILES])
      for name, content in FILES.items():
        self.assertEqual(tar.extractfile("data/" + name).read(), content)
    # The same directory, pushed again.
    self.assertEqual(self.push("v2")[1], digest)

  def test_the_runtime_reads_what_it_and_skopeo_push(self):
    image, digest = self.push("v1")
    self.pulled(image, "--auth", self.auth)
    self.pulled(f"{self.host}/me/adapter@{digest}", "--auth", self.auth)
    self.runtime("pack", "--dir", self.path("results"), "--image", "x:v1", "--layout", self.path("layout"))
    other = f"{self.host}/me/other:v1"
    self.skopeo("copy", "--dest-tls-verify=false", "--dest-authfile", self.auth, "--dest-compress-format", "zstd", f"oci:{self.path('layout')}:v1", "docker://" + other)
    self.pulled(other, "--auth", self.auth)
    self.skopeo("copy", "--format", "v2s2", "--dest-tls-verify=false", "--dest-authfile", self.auth, f"oci:{self.path('layout')}:v1", "docker://" + other)
    self.pulled(other, "--auth", self.auth)

  def test_refusals_end_with_four(self):
    image, _ = self.push("v1")
    output = self.path("out")
    self.runtime("pull", image, "--output", output, want=4)
    self.runtime("pull", image + "9", "--output", output, "--auth", self.auth, want=4)
    self.assertEqual(json.loads(read(self.path("termination")))["code"], 4)


if __name__ == "__main__":
  unittest.main(argv=[sys.argv[0], "-v"])
