"""The machine of the cases of bad input: made worse, where we may have namespaces of our own."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

from target import Skipped, Standalone, find_tool, tools_dir

# A routed address; in a network namespace of our own it is loopback's, and nothing leaves the machine.
PUBLIC_ADDRESS = "12.34.56.78"
POD_DISK_MIB = 64


class Machine:
    """The machine made worse, and what mends it."""

    def __init__(self, program, root, isolated):
        self.root = root
        self.isolated = isolated
        self.program = program
        self.tools = os.path.join(root, "tools")
        self.data_dir = os.path.join(root, "data")
        self.pods = os.path.join(self.data_dir, "pods")
        os.makedirs(os.path.join(self.tools, "bin"))
        os.makedirs(self.pods, mode=0o700)
        self.prefix = ()
        if isolated:
            options = f"size={POD_DISK_MIB}m,mode=0700"
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "pods", self.pods], check=True)
            self.prefix = (shutil.which("setpriv"), "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service")
        self.env = {"PATH": self._path_with("curl"), "KAITO_TOOLS_DIR": self.tools}
        self.flags = ("--files-dir", self._files_without_models())
        self.target = Standalone(program, self.data_dir, *self.flags, prefix=self.prefix, env=self.env)

    def _path_with(self, *names):
        directory = os.path.join(self.root, "path")
        os.makedirs(directory)
        for name in names:
            os.symlink(find_tool(name), os.path.join(directory, name))
        return directory

    def _files_without_models(self):
        """The files that come with the operator, less the small model."""
        directory = os.path.join(self.root, "files")
        runfiles = runfiles_of(self.program)
        for name in ("examples/quickstart.yaml", "examples/demo-data", "kaito/runtime/runtime"):
            os.makedirs(os.path.dirname(os.path.join(directory, name)), exist_ok=True)
            os.symlink(os.path.realpath(os.path.join(runfiles, name)), os.path.join(directory, name))
        return directory

    def need_isolation(self):
        if not self.isolated:
            raise Skipped("this machine allows no namespaces of our own")

    def close(self):
        self.target.stop()
        if self.isolated:
            subprocess.run(["umount", "--lazy", self.pods], check=False)


def runfiles_of(program):
    around = os.environ.get("RUNFILES_DIR") or program + ".runfiles"
    return os.path.join(around, "kaito")


def tuning_processes(data_dir):
    """Numbers of the processes that tune for this instance."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                arguments = file.read().split(b"\0")
        except OSError:
            continue
        if os.path.basename(arguments[0]).startswith(b"runtime") and b"tune" in arguments[1:2]:
            if any(data_dir.encode() in argument for argument in arguments):
                found.append(int(entry))
    return found


def raise_loopback():
    """Loopback up, with the public address too: in a network namespace of our own."""
    up = 1  # IFF_UP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", up))  # SIOCSIFFLAGS
        address = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(PUBLIC_ADDRESS))
        fcntl.ioctl(control, 0x8916, address)  # SIOCSIFADDR


def isolate():
    """Runs this program anew, with --isolated, in namespaces of its own; returns where that is not possible."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "--net"]
    if not all(shutil.which(name) for name in ("unshare", "mount", "umount", "setpriv")):
        return
    tried = subprocess.run([*command, "mount", "-t", "tmpfs", "t", tempfile.gettempdir()], capture_output=True, check=False)
    if tried.returncode == 0:
        os.environ["KAITO_TOOLS_DIR"] = tools_dir()  # There we are root, with another home.
        os.execvp(command[0], [*command, sys.executable, os.path.abspath(sys.argv[0]), "--isolated", *sys.argv[1:]])
