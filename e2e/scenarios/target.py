"""What the scenarios run against: an API server that kubectl can reach.

A Target is given; Standalone is one that this process starts, kills and starts again.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import time


class Failed(Exception):
    """A scenario saw something that it should not have seen."""


class Skipped(Exception):
    """This target or machine can't run the scenario; says why."""


def tools_dir():
    """Where tools/fetch_tools.sh unpacks programs."""
    # Not $HOME, which bazel changes for tests.
    home = pwd.getpwuid(os.getuid()).pw_dir
    return os.environ.get("KAITO_TOOLS_DIR") or os.path.join(home, ".cache/kaito/tools")


def find_tool(name):
    """The program in PATH, or where tools/fetch_tools.sh unpacks it."""
    found = shutil.which(name)
    if found:
        return found
    path = os.path.join(tools_dir(), "bin", name)
    if os.path.exists(path):
        return path
    raise Skipped(f"{name} is neither in PATH nor unpacked by tools/fetch_tools.sh")


def wait_until(what, predicate, timeout=60.0, every=0.2):
    """Calls predicate until it returns something true, which is returned.

    What it raises or returns last is shown when time is up.
    """
    deadline = time.monotonic() + timeout
    last = None
    while True:
        try:
            last = predicate()
            if last:
                return last
        except Failed:
            raise
        except Exception as error:  # Not there yet.
            last = error
        if time.monotonic() > deadline:
            raise Failed(f"waited {timeout:.0f} s for {what}; last: {last!r}")
        time.sleep(every)


class Target:
    """An API server by its kubeconfig."""

    # Whether the scenarios may kill what is behind it.
    owned = False

    def __init__(self, kubeconfig):
        self.kubeconfig = kubeconfig
        self.kubectl_program = find_tool("kubectl")

    def kubectl(self, *args, input=None, check=True, timeout=60):
        env = dict(os.environ, KUBECONFIG=self.kubeconfig, HOME=os.path.dirname(self.kubeconfig))
        done = subprocess.run(
            [self.kubectl_program, *args],
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=env,
            check=False,
        )
        if check and done.returncode != 0:
            raise Failed(f"kubectl {' '.join(args)}: exit {done.returncode}: {done.stderr.strip()}")
        return done if not check else done.stdout

    def apply(self, *objects):
        return self.kubectl("apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))

    def get(self, kind, name=None, **selector):
        args = ["get", kind, "-o", "json"]
        if name:
            args.append(name)
        if selector:
            args += ["-l", ",".join(f"{k}={v}" for k, v in selector.items())]
        return json.loads(self.kubectl(*args))

    def exists(self, kind, name):
        return self.kubectl("get", kind, name, check=False).returncode == 0

    def workspace(self, name):
        return self.get("workspaces.kaito.sh", name)

    def condition(self, name, kind):
        for condition in self.workspace(name).get("status", {}).get("conditions", []):
            if condition["type"] == kind:
                return condition
        return {"status": "", "reason": "", "message": ""}

    def wait_condition(self, name, kind, status="True", timeout=120.0):
        def reached():
            condition = self.condition(name, kind)
            if condition["status"] == status:
                return condition
            # Nothing more comes after a failure: don't wait for it.
            if status == "True" and self.workspace(name)["status"].get("state") == "Failed":
                raise Failed(f"{name} has failed: {self.condition(name, 'WorkspaceReady')['message']}")
            return None

        return wait_until(f"{kind}={status} of {name}", reached, timeout)

    def wait_gone(self, kind, name, timeout=60.0):
        wait_until(f"{kind} {name} to go", lambda: not self.exists(kind, name), timeout)

    def delete_workspace(self, name, timeout=90.0):
        self.kubectl("delete", "workspace", name, "--ignore-not-found", "--wait=false")
        self.wait_gone("workspace", name, timeout)

    def service_url(self, name, port=80):
        service = self.get("service", name)
        host = service["spec"]["clusterIP"]
        # Ports that standalone may not listen on: "80=43210,443=43211".
        told = service["metadata"].get("annotations", {}).get("standalone.kaito.sh/ports", "")
        moved = dict(pair.split("=") for pair in told.split(",") if pair)
        return f"http://{host}:{moved.get(str(port), port)}"


class Standalone(Target):
    """The operator without a cluster, as a child of this process."""

    owned = True

    def __init__(self, program, data_dir, *flags, prefix=(), env=()):
        self.program = program
        self.data_dir = data_dir
        self.flags = flags
        self.prefix = prefix  # A command that runs the rest.
        self.env = dict(env)  # What differs from this process's.
        self.process = None
        self.log_path = os.path.join(data_dir, "operator.log")
        os.makedirs(data_dir, exist_ok=True)
        super().__init__(os.path.join(data_dir, "kubeconfig"))

    def start(self, timeout=30.0):
        log = open(self.log_path, "ab")
        # KUBECONFIG of the caller must not be read by standalone; set it to see that.
        env = {**os.environ, "KUBECONFIG": "/nonexistent/kubeconfig", **self.env}
        self.process = subprocess.Popen(
            [*self.prefix, self.program, "--data-dir", self.data_dir, *self.flags],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=env,
        )
        log.close()

        def ready():
            if self.process.poll() is not None:
                raise Failed(f"the operator ended with {self.process.returncode}: {self.log_tail()}")
            return self.kubectl("get", "--raw", "/readyz", check=False).returncode == 0

        wait_until("standalone to be ready", ready, timeout)
        return self

    def stop(self, sig=signal.SIGTERM, timeout=60.0):
        if self.process is None:
            return None
        self.process.send_signal(sig)
        code = self.process.wait(timeout)
        self.process = None
        return code

    def kill(self):
        return self.stop(signal.SIGKILL)

    def log_tail(self, lines=15):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                return "\n".join(log.read().splitlines()[-lines:])
        except OSError as error:
            return str(error)
