"""What a user of the system sees, scenario by scenario, against any target.

Each scenario is a function of a World; it leaves nothing behind. This file as a program
runs them: --help.
"""

import json
import sys

import objects
import runner
import walkthrough
from runner import check
from target import Skipped, wait_until


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


def logs_followed(world):
    """A log that is followed from the start ends with its pod, and holds all of it."""
    target = world.target
    run = ["run", "e2e-logs", "--image=curlimages/curl", "--restart=Never", "--", "curl", "--version"]
    target.kubectl(*run)

    def followed():
        # Until the container runs, a real server refuses, as this one may.
        done = target.kubectl("logs", "-f", "e2e-logs", check=False)
        return done.returncode == 0 and "libcurl" in done.stdout

    wait_until("the log", followed)
    target.kubectl("wait", "--for=condition=Ready=false", "pod/e2e-logs", "--timeout=30s")
    check("Exit Code:" in target.kubectl("describe", "pod", "e2e-logs"), "describe shows no exit code")
    target.kubectl("delete", "pod", "e2e-logs")
    target.wait_gone("pod", "e2e-logs")


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
    world.apply_tuning("e2e-restart", steps=120, save_steps=10)
    wait_until(
        "some steps",
        lambda: target.workspace("e2e-restart")["status"].get("progress", {}).get("step", 0) > 0,
        timeout=120,
    )
    target.kill()
    target.start()
    target.wait_condition("e2e-restart", "WorkspaceReady", timeout=300)
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
    name = target.workspace("e2e-node")["status"]["workerNodes"][0]
    lost = target.get("node", name)["metadata"]["uid"]
    target.kubectl("delete", "node", name, "--wait=false")

    def another():
        (now,) = target.workspace("e2e-node")["status"]["workerNodes"]
        return target.get("node", now)["metadata"]["uid"] != lost

    wait_until("another node", another, timeout=120)
    # Ready may still be told of the lost one's pod: what counts is an answer.
    check(wait_until("an answer", lambda: world.chat("e2e-node", "What is QLoRA?"), timeout=120), "an empty answer")
    target.wait_condition("e2e-node", "WorkspaceReady")
    target.delete_workspace("e2e-node")


SCENARIOS = [
    tuning,
    inference_with_adapter,
    logs_followed,
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


if __name__ == "__main__":
    sys.exit(runner.main("Runs the acceptance suite against standalone or a cluster.", SCENARIOS))
