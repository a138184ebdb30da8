"""The openai package talks to `runtime serve`."""

import os
import subprocess
import sys
import unittest

import runtime_program


class OpenAi(unittest.TestCase):

  def test_package_gets_its_answers(self):
    client = os.path.abspath("kaito/runtime/peers/openai_client.py")
    with runtime_program.Server("--model", "examples/models/tiny-phi-3-instruct") as server:
      done = subprocess.run(
          [sys.executable, client, server.url + "/v1"],
          capture_output=True,
          text=True,
          check=False,
      )
    self.assertEqual((done.returncode, done.stdout), (0, "fine\n"), done.stderr)


if __name__ == "__main__":
  unittest.main()
