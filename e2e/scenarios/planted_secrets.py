"""Runs standalone with secrets planted in it, and looks where they must not be.

A Workspace that tunes and pushes, one that a registry refuses, and one that serves with an
adapter go their way; then all objects but Secrets, all logs, the operator's own log, its
pages and each file of its data directory are searched. A program: --help.
"""

import argparse
import base64
import json
import os
import socket
import stat
import sys
import tempfile
import urllib.request

import objects
import servers
from target import Failed, Skipped, Standalone, wait_until

_USER = "planted-user"
_PASSWORD = "planted-password-4711"
_ROWS = b"".join(
    json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"What is the number of item {i}?"},
                {"role": "assistant", "content": f"Item {i} has the number {i}."},
            ]
        }
    ).encode()
    + b"\n"
    for i in range(1, 41)
)
# Where Secrets are kept, and is for nobody else to read.
_STORE = ("objects.db", "objects.db-wal", "objects.db-shm")


def forms():
    """What to look for: the password, and what it becomes in requests and Secrets."""
    pair = f"{_USER}:{_PASSWORD}"
    config = json.dumps({"auth": base64.b64encode(pair.encode()).decode()})
    return [
        _PASSWORD,
        base64.b64encode(pair.encode()).decode(),
        # Inside of base64 of a longer text: whole groups of three bytes, at each offset.
        *(base64.b64encode(_PASSWORD.encode()[i : i + 15]).decode() for i in range(3)),
        *(base64.b64encode(config.encode()[12 + i : 12 + i + 30]).decode() for i in range(3)),
    ]


class Search:
    def __init__(self):
        self.forms = [form.encode() for form in forms()]
        self.places = 0
        self.found = []

    def has(self, content):
        return any(form in content for form in self.forms)

    def look(self, where, content):
        self.places += 1
        if self.has(content if isinstance(content, bytes) else content.encode()):
            self.found.append(where)


def search_objects(target, search):
    kinds = target.kubectl("api-resources", "--verbs=list", "-o", "name").split()
    for kind in kinds:
        if kind == "secrets":
            continue
        search.look(f"kubectl get {kind}", target.kubectl("get", kind, "-A", "-o", "json"))
        search.look(f"kubectl describe {kind}", target.kubectl("describe", kind, "-A"))
    search.look("kubectl describe secrets", target.kubectl("describe", "secrets", "-A"))


def search_logs(target, search):
    for pod in target.get("pods")["items"]:
        name = pod["metadata"]["name"]
        search.look(f"kubectl logs {name}", target.kubectl("logs", name, "--all-containers", check=False).stdout)


def search_processes(search):
    """Their arguments, which every user of the machine sees."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                search.look(f"arguments of process {pid}", file.read())
        except OSError:
            continue  # It has ended.


def search_files(root, search):
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            mode = os.lstat(path).st_mode
            if not stat.S_ISREG(mode):
                continue
            with open(path, "rb") as file:
                content = file.read()
            relative = os.path.relpath(path, root)
            # A pod that mounts a Secret has it in a file of its own.
            if name in _STORE or "/volumes/" in relative:
                if search.has(content) and mode & 0o077:
                    search.found.append(f"{relative}, which others may read")
                continue
            search.look(relative, content)


def search_pages(port, search):
    for page in ("metrics", "healthz", "readyz"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=10) as answer:
            search.look(f"/{page}", answer.read())


def secret(name, registry):
    return objects.push_secret(name, registry, _USER, _PASSWORD)


def run_workspaces(target, data, registry, refusing):
    url = f"http://{data}/rows.jsonl"
    target.apply(
        objects.recipe("recipe", 4, 1000),
        secret("good", registry),
        secret("refused", refusing),
        objects.tuning("planted-refused", url, f"{refusing}/refused:1", "recipe", "refused"),
    )

    def state(name):
        return target.workspace(name).get("status", {}).get("state")

    wait_until("the registry to refuse", lambda: state("planted-refused") == "Failed", 120)
    yield "planted-refused"
    target.apply(objects.tuning("planted-tuning", url, f"{registry}/tuned:1", "recipe", "good"))
    wait_until("the tuning to end", lambda: state("planted-tuning") in ("Succeeded", "Ready"), 180)
    yield "planted-tuning"
    target.apply(objects.inference("planted-serving", adapters=[("tuned", f"{registry}/tuned:1", "good")]))
    target.wait_condition("planted-serving", "InferenceReady")
    yield "planted-serving"


def run(operator, root):
    """Gives what was found where it must not be, and how many places were looked at."""
    search = Search()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    target = Standalone(operator, os.path.join(root, "data"), "--http-port", str(port))
    with servers.data_source({"rows.jsonl": _ROWS}) as data, servers.refusing_registry() as refusing:
        with servers.registry() as registry:
            target.start()
            try:
                for name in run_workspaces(target, data, registry, refusing):
                    # It is there to be found, and this search finds it.
                    if not search.has(target.kubectl("get", "secrets", "-o", "json").encode()):
                        raise Failed("the search does not find what a Secret holds")
                    search_objects(target, search)
                    search_logs(target, search)
                    search_processes(search)
                    search_files(target.data_dir, search)
                    search_pages(port, search)
                    target.delete_workspace(name)
                search_objects(target, search)
            finally:
                if target.process is not None:
                    target.stop()
            search_files(target.data_dir, search)
    return search.found, search.places


def main():
    parser = argparse.ArgumentParser(description="Looks for planted secrets where they must not be.")
    parser.add_argument("--operator", required=True, help="the operator's program")
    args = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as root:
            found, places = run(args.operator, root)
    except Skipped as why:
        print(f"SKIPPED: {why}")
        return
    for where in sorted(set(found)):
        print(f"FOUND: {where}")
    print(f"{places} places, {len(set(found))} with a secret")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
