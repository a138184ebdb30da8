"""Ctrl-C at a terminal ends the quick-start cleanly, at any point.

Drives the real program under a pseudo-terminal, types Ctrl-C when it has come to a
point, and looks at what is left: an exit code of 130, nothing in the directory for
temporary files, no process that was started there.
"""

import os
import pty
import pwd
import select
import shutil
import tempfile
import time
import unittest

OPERATOR = os.path.abspath("kaito/operator/operator")
TOOLS = os.environ.get("KAITO_TOOLS_DIR") or os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".cache/kaito/tools")

# A stop asks pods to end and waits for them; a machine with much else to do is slow.
LONGEST_STOP_S = 30
LONGEST_WAIT_S = 200


def has_registry():
  return bool(shutil.which("docker-registry")) or os.access(os.path.join(TOOLS, "bin/docker-registry"), os.X_OK)


def processes_of(directory):
  """Those whose command line or working directory is below it."""
  found = []
  for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
      with open(f"/proc/{pid}/cmdline", "rb") as file:
        line = file.read().replace(b"\0", b" ").decode(errors="replace")
      if directory in line or directory in os.readlink(f"/proc/{pid}/cwd"):
        found.append(line)
    except OSError:
      pass  # It has ended, or is another user's.
  return found


class Quickstart:
  """The program at a terminal of its own."""

  def __init__(self, tmp):
    self.output = b""
    env = dict(os.environ, TMPDIR=tmp, HOME=tmp, KAITO_TOOLS_DIR=TOOLS)
    self.pid, self.fd = pty.fork()
    if self.pid == 0:
      os.execve(OPERATOR, [OPERATOR, "quickstart"], env)

  def read(self, timeout):
    """False at the end of the output."""
    if not select.select([self.fd], [], [], timeout)[0]:
      return True
    try:
      piece = os.read(self.fd, 65536)
    except OSError:  # How Linux tells that the other side is closed.
      return False
    self.output += piece
    return bool(piece)

  def wait_for(self, text):
    deadline = time.monotonic() + LONGEST_WAIT_S
    while text not in self.output and time.monotonic() < deadline:
      if not self.read(0.2):
        break
    return text in self.output

  def interrupt(self):
    """The exit code, and how long the end took."""
    start = time.monotonic()
    os.write(self.fd, b"\x03")
    while self.read(LONGEST_STOP_S):
      if time.monotonic() - start > LONGEST_STOP_S:
        os.kill(self.pid, 9)
    _, status = os.waitpid(self.pid, 0)
    os.close(self.fd)
    return os.waitstatus_to_exitcode(status), time.monotonic() - start


class InterruptTest(unittest.TestCase):

  def stops_at(self, text):
    # Short: sockets are below it.
    with tempfile.TemporaryDirectory(prefix="kaito-") as tmp:
      quickstart = Quickstart(tmp)
      self.assertTrue(quickstart.wait_for(text), quickstart.output.decode(errors="replace"))
      code, seconds = quickstart.interrupt()
      output = quickstart.output.decode(errors="replace")
      self.assertEqual(code, 130, output)
      self.assertLess(seconds, LONGEST_STOP_S, output)
      self.assertIn("SIGINT", output)
      self.assertEqual(os.listdir(tmp), [], output)
      self.assertEqual(processes_of(tmp), [], output)

  def setUp(self):
    if not has_registry():
      self.skipTest("no docker-registry; tools/fetch_tools.sh docker-registry")

  def test_at_the_start(self):
    self.stops_at(b"1. The base model")

  def test_while_the_registry_starts(self):
    self.stops_at(b"2. A registry")

  def test_while_the_model_is_tuned(self):
    self.stops_at(b"step ")


if __name__ == "__main__":
  unittest.main()
