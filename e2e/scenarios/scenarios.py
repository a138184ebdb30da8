"""What a user of the system sees, scenario by scenario, against any target.

Each scenario is a function of a World; it leaves nothing behind. Run all of them with
run_all(), or this file as a program: --help.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

import objects
import servers
import walkthrough
from target import Failed, Skipped, Standalone, Target, wait_until

_GOOD_ROWS = b"".join(
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
_BAD_ROWS = b'{"question": "no column that tuning knows"}\n' * 3


class World:
    """A target, and the servers that Workspaces refer to."""

    def __init__(self, target, data, registry, refusing):
        self.target = target
        self.data = data  # host:port
        self.registry = registry  # host:port, or None where there is no docker-registry
        self.refusing = refusing

    def need_registry(self):
        if self.registry is None:
            raise Skipped("there is no docker-registry")
        return self.registry

    def url(self, name="rows.jsonl"):
        return f"http://{self.data}/{name}"

    def apply_tuning(self, name, steps=4, url=None, registry=None, save_steps=1000, preset=objects.PRESET):
        registry = registry or self.need_registry()
        self.target.apply(
            objects.recipe(f"{name}-recipe", steps, save_steps),
            objects.push_secret(f"{name}-push", registry, "user", "planted-secret"),
            objects.tuning(name, url or self.url(), f"{registry}/{name}:1", f"{name}-recipe", f"{name}-push", preset),
        )

    def clean(self, *names):
        for name in names:
            self.target.delete_workspace(name)
            self.target.kubectl("delete", "configmap", f"{name}-recipe", "--ignore-not-found")
            self.target.kubectl("delete", "secret", f"{name}-push", "--ignore-not-found")

    def chat(self, name, prompt, model=None):
        body = {"prompt": prompt, "generate_kwargs": {"max_new_tokens": 16}}
        if model:
            body["model"] = model
        request = urllib.request.Request(
            self.target.service_url(name) + "/chat",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["Result"]


def check(condition, message):
    if not condition:
        raise Failed(message)


def children_of(target, name):
    """What a deleted Workspace must not leave."""
    label = {"kaito.sh/workspace": name}
    return [
        f"{kind}/{item['metadata']['name']}"
        for kind in ("jobs", "deployments", "pods", "services", "machines")
        for item in target.get(kind, **label)["items"]
    ]


# --- The scenarios ---


def tuning(world):
    """A tuning Workspace ends in a served model, and goes without a trace."""
    world.apply_tuning("e2e-tune")
    target = world.target
    target.wait_condition("e2e-tune", "WorkspaceSucceeded")
    target.wait_condition("e2e-tune", "WorkspaceReady")
    status = target.workspace("e2e-tune")["status"]
    check(status["output"]["digest"].startswith("sha256:"), f"no digest in {status.get('output')}")
    check(status["state"] == "Ready", f"state {status['state']}")
    check(world.chat("e2e-tune", "What is QLoRA?"), "an empty answer")
    columns = target.kubectl("get", "workspace", "e2e-tune").splitlines()
    check(
        columns[0].split() == ["NAME", "INSTANCE", "RESOURCEREADY", "INFERENCEREADY", "WORKSPACEREADY", "AGE"],
        f"columns {columns[0]}",
    )
    check(columns[1].split()[2:5] == ["True"] * 3, f"values {columns[1]}")
    world.clean("e2e-tune")
    wait_until("all objects of e2e-tune to go", lambda: not children_of(target, "e2e-tune"))


def inference_with_adapter(world):
    """A tuned adapter is served by an inference Workspace, beside the bare base."""
    registry = world.need_registry()
    world.apply_tuning("e2e-made")
    target = world.target
    target.wait_condition("e2e-made", "WorkspaceSucceeded")
    target.apply(objects.inference("e2e-infer", adapters=[("made", f"{registry}/e2e-made:1", "e2e-made-push")]))
    target.wait_condition("e2e-infer", "InferenceReady")
    check(world.chat("e2e-infer", "What is QLoRA?", model="made"), "an empty answer of the adapter")
    check(world.chat("e2e-infer", "What is QLoRA?", model=objects.PRESET), "an empty answer of the base")
    target.delete_workspace("e2e-infer")
    world.clean("e2e-made")


def both_at_once(world):
    """Tuning and inference share the machine."""
    world.apply_tuning("e2e-both-tune")
    world.target.apply(objects.inference("e2e-both-infer"))
    world.target.wait_condition("e2e-both-infer", "WorkspaceReady")
    world.target.wait_condition("e2e-both-tune", "WorkspaceReady")
    check(world.chat("e2e-both-infer", "How many legs does a goat have?"), "an empty answer")
    world.target.delete_workspace("e2e-both-infer")
    world.clean("e2e-both-tune")


def update(world):
    """A changed data source makes the job anew, and the new model is served."""
    world.apply_tuning("e2e-update")
    target = world.target
    first = target.wait_condition("e2e-update", "WorkspaceReady") and target.workspace("e2e-update")
    world.apply_tuning("e2e-update", url=world.url("more.jsonl"))

    def changed():
        now = target.workspace("e2e-update")
        return (
            now["metadata"]["generation"] > first["metadata"]["generation"]
            and now["status"].get("output", {}).get("digest") not in ("", None, first["status"]["output"]["digest"])
            and target.condition("e2e-update", "WorkspaceReady")["status"] == "True"
        )

    wait_until("a new digest", changed, timeout=120)
    world.clean("e2e-update")


def invalid_update(world):
    """A change that may not be made is refused with its field, and changes nothing."""
    target = world.target
    target.apply(objects.inference("e2e-invalid"))
    before = target.workspace("e2e-invalid")
    patch = json.dumps({"resource": {"instanceType": "Standard_NC12s_v3"}})
    done = target.kubectl("patch", "workspace", "e2e-invalid", "--type=merge", "-p", patch, check=False)
    check(done.returncode != 0, "the instance type could be changed")
    check("instanceType" in done.stderr, f"the error does not name the field: {done.stderr}")
    after = target.workspace("e2e-invalid")
    check(after["resource"] == before["resource"], "the object changed")
    target.delete_workspace("e2e-invalid")


def delete_mid_run(world):
    """Deleting while the job runs stops it and leaves nothing."""
    world.apply_tuning("e2e-midrun", steps=100000)
    target = world.target
    target.wait_condition("e2e-midrun", "JobStarted")
    world.clean("e2e-midrun")
    wait_until("all objects of e2e-midrun to go", lambda: not children_of(target, "e2e-midrun"))


def restart_of_the_operator(world):
    """kill -9 in the middle of a job: after a new start it goes on, and ends well."""
    target = world.target
    if not target.owned:
        raise Skipped("the operator of this target is not ours to kill")
    world.apply_tuning("e2e-restart", steps=400, save_steps=20)
    wait_until(
        "some steps",
        lambda: target.workspace("e2e-restart")["status"].get("progress", {}).get("step", 0) > 0,
        timeout=60,
    )
    target.kill()
    target.start()
    target.wait_condition("e2e-restart", "WorkspaceReady", timeout=180)
    world.clean("e2e-restart")


def ten_workspaces(world):
    """Ten at once all become ready."""
    names = [f"e2e-ten-{i}" for i in range(10)]
    world.target.apply(*[objects.inference(name) for name in names])
    for name in names:
        world.target.wait_condition(name, "WorkspaceReady", timeout=180)
    for name in names:
        world.target.kubectl("delete", "workspace", name, "--wait=false")
    for name in names:
        world.target.wait_gone("workspace", name, timeout=120)


def absent_weights(world):
    """A preset whose weights are nowhere: the status names the places."""
    if not world.target.owned:
        raise Skipped("this target may have the weights")
    world.apply_tuning("e2e-weights", preset="phi-3-mini-128k-instruct")

    def told():
        for kind in ("ResourceReady", "JobStarted", "WorkspaceReady"):
            condition = world.target.condition("e2e-weights", kind)
            if condition["reason"] == "WeightsMissing":
                return condition
        return None

    condition = wait_until("reason WeightsMissing", told, timeout=30)
    check("phi-3-mini-128k-instruct" in condition["message"], f"message: {condition['message']}")
    world.clean("e2e-weights")


def refused_registry(world):
    """A registry that refuses ends the Workspace with its name, and no secret is shown."""
    world.apply_tuning("e2e-refused", registry=world.refusing)
    target = world.target
    wait_until("state Failed", lambda: target.workspace("e2e-refused")["status"].get("state") == "Failed", timeout=60)
    condition = target.condition("e2e-refused", "WorkspaceReady")
    check(world.refusing in condition["message"], f"message: {condition['message']}")
    seen = target.kubectl("get", "workspace,job,pod,event", "-o", "json")
    check("planted-secret" not in seen, "the password is shown")
    world.clean("e2e-refused")


def bad_data(world):
    """Data without usable rows is the user's to mend: one try, a reason, and it heals."""
    world.apply_tuning("e2e-bad", url=world.url("bad.jsonl"))
    target = world.target
    wait_until("state Failed", lambda: target.workspace("e2e-bad")["status"].get("state") == "Failed", timeout=60)
    condition = target.condition("e2e-bad", "WorkspaceReady")
    check("bad.jsonl" in condition["message"], f"message: {condition['message']}")
    world.apply_tuning("e2e-bad")
    wait_until(
        "the mended Workspace",
        lambda: target.condition("e2e-bad", "WorkspaceReady")["status"] == "True",
        timeout=120,
    )
    world.clean("e2e-bad")


def node_lost(world):
    """A node that is deleted under a Workspace is made again, and the model answers again."""
    target = world.target
    if not target.owned:
        raise Skipped("the nodes of this target are not ours to delete")
    target.apply(objects.inference("e2e-node"))
    target.wait_condition("e2e-node", "WorkspaceReady")
    node = target.workspace("e2e-node")["status"]["workerNodes"][0]
    target.kubectl("delete", "node", node, "--wait=false")
    time.sleep(1)
    target.wait_condition("e2e-node", "WorkspaceReady", timeout=120)
    check(world.chat("e2e-node", "What is QLoRA?"), "an empty answer")
    target.delete_workspace("e2e-node")


SCENARIOS = [
    tuning,
    inference_with_adapter,
    both_at_once,
    update,
    invalid_update,
    delete_mid_run,
    restart_of_the_operator,
    ten_workspaces,
    absent_weights,
    refused_registry,
    bad_data,
    node_lost,
    *walkthrough.SCENARIOS,
]


def run_all(target, only=(), registry=None, data_host="127.0.0.1", out=sys.stdout):
    """Runs the scenarios; gives how many failed."""
    failed = 0
    files = {"rows.jsonl": _GOOD_ROWS, "more.jsonl": _GOOD_ROWS * 2, "bad.jsonl": _BAD_ROWS}
    with servers.data_source(files, data_host) as data, servers.refusing_registry(data_host) as refusing:
        if registry is None:
            try:
                with servers.registry(data_host) as ours:
                    return _run(World(target, data, ours, refusing), only, out)
            except Skipped as why:
                out.write(f"no registry: {why}\n")
        failed = _run(World(target, data, registry, refusing), only, out)
    return failed


def _run(world, only, out):
    failed = 0
    for scenario in SCENARIOS:
        name = scenario.__name__
        if only and name not in only:
            continue
        begun = time.monotonic()
        try:
            scenario(world)
            verdict = "ok"
        except Skipped as why:
            verdict = f"SKIPPED: {why}"
        except Exception as error:
            failed += 1
            verdict = f"FAILED: {error}"
            if not isinstance(error, Failed):
                verdict += "\n" + traceback.format_exc()
        out.write(f"{name:28} {time.monotonic() - begun:6.1f} s  {verdict}\n")
        out.flush()
    return failed


def main():
    parser = argparse.ArgumentParser(description="Runs the acceptance suite against standalone or a cluster.")
    parser.add_argument("--operator", help="the operator's program: starts standalone with it")
    parser.add_argument("--kubeconfig", help="a cluster to run against instead")
    parser.add_argument("--registry", help="host:port of a registry that the target reaches; default: starts one")
    parser.add_argument("--data-host", default="127.0.0.1", help="an address of this machine that the target reaches")
    parser.add_argument("--only", default="", help="names of scenarios, separated by commas")
    args = parser.parse_args()
    only = [name for name in args.only.split(",") if name]
    unknown = set(only) - {scenario.__name__ for scenario in SCENARIOS}
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are: {', '.join(s.__name__ for s in SCENARIOS)}")
    try:
        if args.kubeconfig:
            sys.exit(1 if run_all(Target(args.kubeconfig), only, args.registry, args.data_host) else 0)
        if not args.operator:
            parser.error("want --operator or --kubeconfig")
        scratch = os.environ.get("TEST_TMPDIR")
        with tempfile.TemporaryDirectory(dir=scratch) as root:
            target = Standalone(args.operator, os.path.join(root, "data")).start()
            try:
                failed = run_all(target, only, args.registry, args.data_host)
            finally:
                if target.process is not None:
                    target.stop()
            if failed:
                print(target.log_tail(60))
            sys.exit(1 if failed else 0)
    except Skipped as why:
        print(f"SKIPPED: {why}")


if __name__ == "__main__":
    main()
