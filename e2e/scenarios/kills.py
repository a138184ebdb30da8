"""kill -9 of standalone at random moments, under load.

Writers change objects all the time and remember what the server has acknowledged; a tuning
job runs, models are served, a Workspace comes and goes. After each kill: all that was
acknowledged is there, no container runs twice. In the end: the job has gone on and is
done, and no process, Node or pod is left.

    python3 e2e/scenarios/kills.py --operator bazel-bin/kaito/operator/operator --kills 50
"""

import argparse
import base64
import http.client
import json
import os
import random
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import objects
import servers
from target import Failed, Skipped, Standalone, wait_until

_MAPS = "/api/v1/namespaces/default/configmaps"
# Of an object: that it is not there.
_ABSENT = None
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


def _credentials(kubeconfig, root):
    """An SSL context and host:port, from a kubeconfig with inline certificates."""
    with open(kubeconfig, encoding="utf-8") as file:
        text = file.read()

    def field(name):
        return re.search(rf'{name}: "?([^"\s]+)"?', text).group(1)

    paths = {}
    for name in ("certificate-authority-data", "client-certificate-data", "client-key-data"):
        paths[name] = os.path.join(root, name)
        with open(os.open(paths[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(base64.b64decode(field(name)))
    context = ssl.create_default_context(cafile=paths["certificate-authority-data"])
    context.check_hostname = False
    context.load_cert_chain(paths["client-certificate-data"], paths["client-key-data"])
    return context, field("server").removeprefix("https://")


class Api:
    """One connection; raises OSError or HTTPException where no answer came."""

    def __init__(self, context, address):
        self.connection = http.client.HTTPSConnection(address, context=context, timeout=10)

    def call(self, method, path, body=None, kind="application/json"):
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, {"Content-Type": kind})
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


class Writer(threading.Thread):
    """Creates, changes and deletes its own objects until it gets no answer."""

    def __init__(self, number, api, rng, known):
        super().__init__(daemon=True)
        self.number, self.api, self.rng = number, api, rng
        self.known = known  # name -> set of values that it may have; changed in place
        self.acknowledged = 0
        self.error = None

    def run(self):
        try:
            while True:
                self._write_once()
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            pass  # Killed.
        except Exception as error:
            self.error = error

    def _write_once(self):
        name = f"kills-{self.number}-{self.rng.randrange(20)}"
        before = self.known.get(name, {_ABSENT})
        value = str(self.rng.getrandbits(64))
        if before == {_ABSENT}:
            request = ("POST", _MAPS, {"metadata": {"name": name}, "data": {"v": value}})
        elif self.rng.random() < 0.2:
            value = _ABSENT
            request = ("DELETE", f"{_MAPS}/{name}")
        else:
            body = {"data": {"v": value}}
            request = ("PATCH", f"{_MAPS}/{name}", body, "application/merge-patch+json")
        self.known[name] = before | {value}
        code, answer = self.api.call(*request)
        if code not in (200, 201):
            raise Failed(f"{request[0]} {name}: {code} {answer.get('message')}; it was {before}")
        self.known[name] = {value}
        self.acknowledged += 1


def check_writes(api, known):
    """What is there is what was acknowledged; what had no answer is settled by it."""
    code, answer = api.call("GET", _MAPS)
    if code != 200:
        raise Failed(f"list: {code} {answer}")
    there = {item["metadata"]["name"]: item["data"]["v"] for item in answer["items"] if "v" in item.get("data", {})}
    for name, values in known.items():
        value = there.pop(name, _ABSENT)
        if value not in values:
            raise Failed(f"{name} has {value}, acknowledged was one of {values}")
        known[name] = {value}
    strange = [name for name in there if name.startswith("kills-")]
    if strange:
        raise Failed(f"nobody wrote {strange}")


def processes_of(data_dir):
    """{pid: command line} of all processes that have to do with the directory."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read()
            with open(f"/proc/{pid}/environ", "rb") as file:
                environment = file.read()
            place = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        if int(pid) != os.getpid() and data_dir in f"{command}{environment}{place}":
            found[int(pid)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
    return found


def check_no_twins(data_dir):
    """No container runs twice: a container's directory is its working directory."""
    places = {}
    for pid, command in processes_of(data_dir).items():
        if "container-shim" in command or "--data-dir" in command:
            continue
        try:
            place = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        if place.startswith(data_dir):
            places.setdefault(place, []).append((pid, command))
    twins = {place: found for place, found in places.items() if len(found) > 1}
    if twins:
        raise Failed(f"containers that run twice: {twins}")


class Load:
    """What goes on beside the writers."""

    def __init__(self, target, data, registry, steps):
        self.target = target
        self.steps = 0
        target.apply(
            objects.recipe("kills-recipe", steps, 20),
            objects.push_secret("kills-push", registry),
            objects.tuning(
                "kills-tune", f"http://{data}/rows.jsonl", f"{registry}/kills:1", "kills-recipe", "kills-push"
            ),
            objects.inference("kills-serve"),
        )
        self.passing = False

    def turn(self):
        """A Workspace comes or goes, with its Node."""
        target = self.target
        if self.passing:
            target.kubectl("delete", "workspace", "kills-passing", "--ignore-not-found", "--wait=false")
        elif not target.exists("workspace", "kills-passing"):
            target.apply(objects.inference("kills-passing"))
        self.passing = not self.passing

    def watch_progress(self):
        """The job's steps; after a checkpoint they never begin anew."""
        status = self.target.workspace("kills-tune").get("status", {})
        step = status.get("progress", {}).get("step", 0)
        if step and step < self.steps - 40:  # Two checkpoints and a report.
            raise Failed(f"the job is at step {step}, and was at {self.steps}")
        self.steps = max(self.steps, step)

    def finish(self):
        target = self.target
        target.kubectl("delete", "workspace", "kills-passing", "--ignore-not-found", "--wait=false")
        target.wait_condition("kills-tune", "WorkspaceReady", timeout=300)
        target.wait_condition("kills-serve", "WorkspaceReady", timeout=120)
        with urllib.request.urlopen(target.service_url("kills-serve") + "/health", timeout=30) as answer:
            answer.read()
        target.wait_gone("workspace", "kills-passing", timeout=120)
        target.delete_workspace("kills-serve")
        target.delete_workspace("kills-tune")

        def nothing():
            left = [
                f"{kind}/{item['metadata']['name']}"
                for kind in ("pods", "machines", "jobs", "deployments")
                for item in target.get(kind)["items"]
            ]
            return not left and len(target.get("nodes")["items"]) == 1

        wait_until("all pods, Machines and their Nodes to go", nothing)


def _kill_in_start(target, rng):
    """Starts it and kills it before, or just when, it is ready."""
    with open(target.log_path, "ab") as log:
        process = subprocess.Popen(
            [target.program, "--data-dir", target.data_dir], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    time.sleep(rng.uniform(0, 0.4))
    process.kill()
    process.wait()


def _round(target, rng, known, root, load, number):
    """One life of the program, and its end; gives the number of acknowledged writes."""
    context, address = _credentials(target.kubeconfig, root)
    check_writes(Api(context, address), known)
    writers = [Writer(i, Api(context, address), random.Random(rng.random()), known) for i in range(4)]
    for writer in writers:
        writer.start()
    if number % 3 == 2:
        load.turn()
    load.watch_progress()
    check_no_twins(target.data_dir)
    time.sleep(rng.uniform(0, 2))
    target.kill()
    for writer in writers:
        writer.join(20)
        if writer.is_alive() or writer.error is not None:
            raise Failed(f"writer {writer.number}: {writer.error or 'does not end'}")
    if rng.random() < 0.3:
        _kill_in_start(target, rng)
    target.start()
    return sum(writer.acknowledged for writer in writers)


def run(target, data, registry, kills, seed, out):
    rng = random.Random(seed)
    known = {}  # Of all writers; each writes names of its own.
    acknowledged = 0
    # So that the job outlasts most of the kills.
    load = Load(target, data, registry, steps=100 * kills)
    with tempfile.TemporaryDirectory() as root:
        for number in range(kills):
            acknowledged += _round(target, rng, known, root, load, number)
        context, address = _credentials(target.kubeconfig, root)
        check_writes(Api(context, address), known)
    load.finish()
    target.stop()
    left = processes_of(target.data_dir)
    if left:
        raise Failed(f"processes that are left: {left}")
    out.write(f"{kills} kills, {acknowledged} acknowledged writes, none lost\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--operator", required=True, help="the operator's program")
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=None, help="of the moments; printed where it is not given")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"--seed {seed}", flush=True)
    try:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as root:
            target = Standalone(args.operator, os.path.join(root, "data")).start()
            try:
                with servers.data_source({"rows.jsonl": _ROWS}) as data, servers.registry() as registry:
                    run(target, data, registry, args.kills, seed, sys.stdout)
            except Exception:
                print(target.log_tail(60))
                raise
            finally:
                if target.process is not None:
                    target.stop()
    except Skipped as why:
        print(f"SKIPPED: {why}")


if __name__ == "__main__":
    main()
