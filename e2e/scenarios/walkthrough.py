"""The documented walk-through, typed as documented: kubectl and curl."""

import json
import os
import re

from target import Failed, wait_until

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/workspaces")
NAME = "workspace-tuning-phi-3"


def _example(name):
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
        return file.read()


def check(condition, message):
    if not condition:
        raise Failed(message)


def walkthrough_unchanged(world):
    """The unchanged YAML is admitted with warnings and waits for a real image, without a node."""
    target = world.target
    done = target.kubectl("apply", "-f", "-", input=_example("walkthrough.yaml"), check=False)
    check(done.returncode == 0, done.stderr)
    check("Warning" in done.stderr, f"no warning: {done.stderr!r}")
    wait_until(
        "reason OutputImageInvalid",
        lambda: target.condition(NAME, "ResourceReady")["reason"] == "OutputImageInvalid",
        timeout=30,
    )
    check(target.condition(NAME, "ResourceReady")["status"] == "False", "ResourceReady is not False")
    check(not target.get("machines", **{"kaito.sh/workspace": NAME})["items"], "a Machine was made")
    target.delete_workspace(NAME)


def walkthrough_small(world):
    """The same steps with the small model: columns, Service, curl through kubectl run."""
    target = world.target
    registry = world.need_registry()
    yaml = _example("walkthrough-small.yaml").replace("REGISTRY", registry)
    yaml = yaml.replace("http://DATA/acme-support.parquet", world.url())
    target.kubectl("apply", "-f", "-", input=yaml)
    target.wait_condition(NAME, "WorkspaceReady", timeout=180)

    lines = target.kubectl("get", "workspace", NAME).splitlines()
    check(re.match(rf"{NAME} +Standard_NC6s_v3 +True +True +True +\d+", lines[1]), lines[1])
    lines = target.kubectl("get", "svc", NAME).splitlines()
    check(re.match(rf"{NAME} +ClusterIP +[\d.]+ +<none> +80/TCP,29500/TCP", lines[1]), lines[1])
    address = target.kubectl("get", "svc", NAME, "-o", "jsonpath={.spec.clusterIPs[0]}")
    done = target.kubectl(
        "run", "-it", "--rm", "--restart=Never", "curl", "--image=curlimages/curl", "--",
        "curl", "-sS", "-X", "POST", f"http://{address}/chat",
        "-H", "accept: application/json", "-H", "Content-Type: application/json",
        "-d", json.dumps({"prompt": "What is QLoRA?"}),
        check=False,
        input="",
    )  # fmt: skip
    check('"Result"' in done.stdout, f"stdout {done.stdout!r}, stderr {done.stderr!r}")
    target.wait_gone("pod", "curl")
    target.delete_workspace(NAME)
    target.kubectl("delete", "secret", "registry-push")


SCENARIOS = [walkthrough_unchanged, walkthrough_small]
