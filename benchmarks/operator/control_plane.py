"""Measures the control plane: the operator over a fleet, the embedded API server, standalone.

  ./bazelw build //kaito/operator //kaito/standalone/apiserver/server:apiserver //benchmarks/operator:request_rate
  python3 benchmarks/operator/control_plane.py fill --dir /tmp/fleet
  python3 benchmarks/operator/control_plane.py measure --dir /tmp/fleet --out benchmarks/results/operator_2core_epyc.json

`fill` makes a fleet through the real API: Workspaces that serve, each with a Machine, a node, a
Deployment and five pods, brought to Ready by the operator, while this program plays the
provisioner, the kubelets and the controllers. `measure` starts the server and the operator on
it again. Run it on an idle machine; the fleet can be used again.
"""

import argparse
import base64
import concurrent.futures
import contextlib
import datetime
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import yaml

PODS_EACH = 5
FLEET_NS = "default"
WORKSPACES = f"/apis/kaito.sh/v1beta1/namespaces/{FLEET_NS}/workspaces"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{FLEET_NS}/deployments"
MACHINES = "/apis/karpenter.sh/v1alpha5/machines"
PODS = f"/api/v1/namespaces/{FLEET_NS}/pods"
NODES = "/api/v1/nodes"


class Api:
    """The API server by its kubeconfig; a connection for each thread."""

    def __init__(self, kubeconfig):
        with open(kubeconfig, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self._host = cluster["server"].split("//")[1]
        self._context = ssl.create_default_context(
            cadata=base64.b64decode(cluster["certificate-authority-data"]).decode()
        )
        with tempfile.NamedTemporaryFile() as pair:
            for key in ("client-certificate-data", "client-key-data"):
                pair.write(base64.b64decode(user[key]))
            pair.flush()
            self._context.load_cert_chain(pair.name)
        self._local = threading.local()

    def call(self, method, path, body=None, kind="application/json"):
        for last in (False, True):
            try:
                if getattr(self._local, "connection", None) is None:
                    self._local.connection = http.client.HTTPSConnection(self._host, context=self._context, timeout=60)
                connection = self._local.connection
                headers = {"Content-Type": kind} if body is not None else {}
                connection.request(method, path, None if body is None else json.dumps(body), headers)
                answer = connection.getresponse()
                text = answer.read()
                break
            except (http.client.HTTPException, OSError):
                self._local.connection = None
                if last:
                    raise
        if answer.status >= 300 and answer.status != 409:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def patch_status(self, path, status):
        return self.call("PATCH", f"{path}/status", {"status": status}, "application/merge-patch+json")

    def items(self, path):
        items, token = [], ""
        while True:
            page = self.call("GET", f"{path}?limit=500" + (f"&continue={token}" if token else ""))
            items += page["items"]
            token = page["metadata"].get("continue", "")
            if not token:
                return items

    def version(self):
        """Of the last change of anything."""
        return int(self.call("GET", f"{WORKSPACES}?limit=1")["metadata"]["resourceVersion"])


def wait_until(what, predicate, timeout, every=0.5):
    deadline = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {timeout} s for {what}")
        time.sleep(every)


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0


def program(name):
    return os.path.join("bazel-bin" if os.path.exists("bazel-bin") else os.environ["KAITO_BIN"], name)


@contextlib.contextmanager
def started(argv, log):
    with open(log, "ab") as out:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextlib.contextmanager
def api_server(directory):
    data = os.path.join(directory, "server")
    os.makedirs(data, exist_ok=True)
    kubeconfig = os.path.join(data, "kubeconfig")
    argv = [program("kaito/standalone/apiserver/server/apiserver"), "--data-dir", data]
    if os.path.exists(kubeconfig):
        os.unlink(kubeconfig)
    with started(argv, os.path.join(directory, "server.log")) as process:
        wait_until("the kubeconfig", lambda: os.path.exists(kubeconfig), 30, 0.01)
        time.sleep(0.2)
        yield process, Api(kubeconfig), kubeconfig


class Operator:
    def __init__(self, process, port):
        self.process, self.port = process, port

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def ready(self):
        try:
            return self.get("/readyz") == "ok\n"
        except OSError:
            return False

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines() if line.startswith(name))

    def rounds(self):
        return self.metric("controller_runtime_reconcile_total")

    def idle(self):
        busy = self.metric("workqueue_depth") + self.metric("controller_runtime_active_workers")
        return busy == 0


@contextlib.contextmanager
def operator(directory, kubeconfig, *flags):
    port = 18000 + os.getpid() % 1000
    argv = [program("kaito/operator/operator"), "--kubeconfig", kubeconfig, "--http-port", str(port)]
    argv += ["--leader-elect=false", *flags]
    with started(argv, os.path.join(directory, "operator.log")) as process:
        yield Operator(process, port)


def workspace(i):
    return {
        "apiVersion": "kaito.sh/v1beta1",
        "kind": "Workspace",
        "metadata": {"name": f"fleet-{i:05}", "namespace": FLEET_NS},
        "resource": {
            "instanceType": "Standard_NC24ads_A100_v4",
            "labelSelector": {"matchLabels": {"apps": f"fleet-{i:05}"}},
        },
        "inference": {"preset": {"name": "phi-4"}},
    }


def true(kind):
    return {"type": kind, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}


def play_provisioner(api, machine):
    name = machine["metadata"]["name"]
    node = f"aks-{name}-0"
    labels = dict(machine["metadata"]["labels"])
    labels["node.kubernetes.io/instance-type"] = "Standard_NC24ads_A100_v4"
    for key, value in (("arch", "amd64"), ("os", "linux"), ("hostname", node)):
        labels[f"kubernetes.io/{key}"] = value
    api.call("POST", NODES, {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node, "labels": labels}})
    capacity = {"cpu": "24", "memory": "226783616Ki", "nvidia.com/gpu": "1", "pods": "110"}
    api.patch_status(f"{NODES}/{node}", {"capacity": capacity, "conditions": [true("Ready")]})
    conditions = [true(f"Machine{step}") for step in ("Initialized", "Launched", "Registered")] + [true("Ready")]
    api.patch_status(f"{MACHINES}/{name}", {"nodeName": node, "conditions": conditions})


def play_deployment(api, deployment):
    metadata, template = deployment["metadata"], deployment["spec"]["template"]
    name = metadata["name"]
    containers = template["spec"]["containers"]
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": metadata["uid"], "controller": True}
    for k in range(PODS_EACH):
        pod = f"{name}-6d4f{k}"
        api.call(
            "POST",
            PODS,
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": pod, "labels": template["metadata"]["labels"], "ownerReferences": [owner]},
                "spec": dict(template["spec"], nodeName=f"aks-{name}-0"),
            },
        )
        api.patch_status(
            f"{PODS}/{pod}",
            {
                "phase": "Running",
                "hostIP": "10.0.0.1",
                "podIP": "10.1.0.1",
                "conditions": [true(c) for c in ("PodScheduled", "Initialized", "ContainersReady", "Ready")],
                "containerStatuses": [
                    {
                        "name": c["name"],
                        "ready": True,
                        "restartCount": 0,
                        "image": c["image"],
                        "imageID": f"{c['image']}@sha256:{'0' * 64}",
                        "containerID": f"containerd://{'1' * 64}",
                        "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
                    }
                    for c in containers
                ],
            },
        )
    status = {"observedGeneration": metadata["generation"], "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}
    api.patch_status(f"{DEPLOYMENTS}/{name}", status)


def fill(args):
    with api_server(args.dir) as (_, api, kubeconfig), operator(args.dir, kubeconfig, "--kube-api-qps", "100000") as op:
        wait_until("the operator", op.ready, 60)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:

            def each(function, things):
                for done in pool.map(function, things):
                    del done

            begin = time.monotonic()
            each(lambda i: api.call("POST", WORKSPACES, workspace(i)), range(args.workspaces))
            print(f"created after {time.monotonic() - begin:.0f} s", flush=True)
            played = [set(), set()]

            def step():
                for path, play, seen in ((MACHINES, play_provisioner, played[0]), (DEPLOYMENTS, play_deployment, played[1])):
                    new = [o for o in api.items(path) if o["metadata"]["name"] not in seen]
                    each(lambda o, play=play: play(api, o), new)
                    seen.update(o["metadata"]["name"] for o in new)
                print(f"{time.monotonic() - begin:.0f} s: {len(played[0])} machines, {len(played[1])} deployments", flush=True)
                return len(played[1]) == args.workspaces

            wait_until("all to serve", step, 3000, 2)
            ready = 'kaito_workspace_count{phase="succeeded"}'
            wait_until("all to be Ready", lambda: op.metric(ready) == args.workspaces, 600, 1)
            print(f"Ready after {time.monotonic() - begin:.0f} s", flush=True)


def observed(workspace, generation):
    conditions = workspace.get("status", {}).get("conditions", [])
    return any(c["type"] == "ResourceReady" and c.get("observedGeneration") == generation for c in conditions)


def measure_edits(api, count, total):
    """From the PATCH to the moment at which the status has the new generation."""
    waits = []
    for k in range(count):
        path = f"{WORKSPACES}/fleet-{(k * 37) % total:05}"
        begin = time.monotonic()
        patch = {"resource": {"preferredNodes": [f"spare-{k}-{int(time.time())}"]}}
        generation = api.call("PATCH", path, patch, "application/merge-patch+json")["metadata"]["generation"]
        while not observed(api.call("GET", path), generation):
            if time.monotonic() - begin > 10:
                raise SystemExit(f"{path}: the generation was not observed")
            time.sleep(0.001)
        waits.append((time.monotonic() - begin) * 1000)
    waits.sort()
    return waits[len(waits) // 2], waits[min(len(waits) - 1, len(waits) * 99 // 100)]


def measure_standalone():
    """Until /readyz of the API answers, of a new data directory and of one that was used."""
    out = {}
    with tempfile.TemporaryDirectory(prefix="kaito-standalone-") as data:
        for name in ("first", "again"):
            begin = time.monotonic()
            kubeconfig = os.path.join(data, "kubeconfig")
            argv = [program("kaito/operator/operator"), "--data-dir", data, "--api-port", "0"]
            with started(argv, os.path.join(data, "log")) as process:
                api = None

                def ready():
                    nonlocal api
                    try:
                        api = api or Api(kubeconfig)
                        return bool(api.call("GET", "/version"))
                    except (OSError, TypeError, KeyError, RuntimeError, ValueError):
                        api = None
                        return False

                wait_until("standalone", ready, 30, 0.002)
                out[f"standalone_ready_s_{name}"] = time.monotonic() - begin
                time.sleep(5)
                out[f"standalone_resident_mib_{name}"] = resident_mib(process.pid)
    return out


def request_rate(*flags):
    done = subprocess.run(
        [program("benchmarks/operator/request_rate"), *flags], stdout=subprocess.PIPE, check=True, timeout=120
    )
    return json.loads(done.stdout)


def measure_fleet(args):
    out = {}
    with api_server(args.dir) as (server, api, kubeconfig):
        total = len(api.items(WORKSPACES))
        out["workspaces"], out["pods"] = total, len(api.items(PODS))
        before = api.version()
        begin = time.monotonic()
        with operator(args.dir, kubeconfig) as op:
            wait_until("the caches", op.ready, 120, 0.01)
            out["restart_caches_s"] = time.monotonic() - begin
            wait_until("a round of each", lambda: op.rounds() >= total and op.idle(), 120, 0.05)
            out["restart_s"] = time.monotonic() - begin
            out["restart_writes"] = api.version() - before
            out["operator_resident_mib"] = resident_mib(op.process.pid)
            time.sleep(args.rest)
            out["rest_s"], out["rest_writes"] = args.rest, api.version() - before - out["restart_writes"]
            out["edit_p50_ms"], out["edit_p99_ms"] = measure_edits(api, args.edits, total)
            out["operator_resident_after_edits_mib"] = resident_mib(op.process.pid)
        out["server_resident_mib"] = resident_mib(server.pid)
    return out


def measure(args):
    results = {}
    if args.workspaces:
        results.update(measure_fleet(args))
    with tempfile.TemporaryDirectory(prefix="kaito-rates-") as directory:
        with api_server(directory) as (_, _, kubeconfig):
            results.update(request_rate("--kubeconfig", kubeconfig, "--clients", "4", "--seconds", "5"))
    results.update(request_rate("--workspace", args.workspace_file))
    results.update(measure_standalone())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=False).stdout
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo", encoding="utf-8") if l.startswith("model name")), "")
    report = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit.strip(),
        "machine": {"cpu": cpu, "threads": os.cpu_count(), "load": os.getloadavg()[0]},
        "results": {name: round(value, 3) for name, value in results.items()},
    }
    text = json.dumps(report, indent=1) + "\n"
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            file.write(text)
    print(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("fill", "measure"))
    parser.add_argument("--dir", required=True, help="where the fleet is kept")
    parser.add_argument("--workspaces", type=int, default=2000, help="of the fleet; 0 with measure: no fleet")
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--rest", type=float, default=20, help="seconds to watch for writes at rest")
    parser.add_argument("--workspace-file", default="kaito/api/golden/workspace.yaml")
    parser.add_argument("--out", default="")
    args = parser.parse_args()
    os.makedirs(args.dir, exist_ok=True)
    (fill if args.what == "fill" else measure)(args)


if __name__ == "__main__":
    sys.exit(main())
