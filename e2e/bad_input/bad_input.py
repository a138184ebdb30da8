"""What a user or a machine does wrong: each ends within 30 s in words that name cause and remedy, and heals.

The cases share one standalone instance, on a machine made worse for it: its pods' disk
is small, it may not bind port 80, and there is neither docker-registry nor a model. For
that the program runs itself in namespaces of its own; where it may not, the cases that
need them are skipped, by name. --only names cases.
"""

import argparse
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../scenarios"))

import objects  # noqa: E402  # found by the line above
import runner  # noqa: E402
import servers  # noqa: E402
from machine import PUBLIC_ADDRESS, Machine, isolate, raise_loopback, tuning_processes  # noqa: E402
from runner import check  # noqa: E402
from scene import TOLD_WITHIN, Scene  # noqa: E402
from target import Skipped, Standalone, find_tool, wait_until  # noqa: E402

EXAMPLES = os.path.join(HERE, "../../examples")


# --- Cases: the first ones leave the machine a little better for those after them ---


def absent_weights(scene):
    """The files of the model are nowhere; they come, and nobody touches the Workspace."""
    scene.apply("bad-weights")
    models = os.path.join(scene.machine.data_dir, "models")
    scene.told("bad-weights", objects.PRESET, "Put the model's files", models)
    # As a user would: all there at once.
    part = os.path.join(scene.machine.root, "part")
    shutil.copytree(os.path.join(EXAMPLES, "models", objects.PRESET), part)
    os.makedirs(models, exist_ok=True)
    shutil.move(part, os.path.join(models, objects.PRESET))
    scene.healed("bad-weights")


def wrong_field(scene):
    """A field that there is not, and values that there are not: all told at once."""
    name = "bad-field"
    good = scene.world.tuning_objects(name, serve=False)
    unknown = json.loads(json.dumps(good))
    unknown[2]["tuning"]["methd"] = "qlora"
    scene.refused(unknown, "methd")
    wrong = json.loads(json.dumps(good))
    wrong[2]["tuning"]["method"] = "qlorra"
    wrong[2]["resource"]["count"] = -1
    scene.refused(wrong, "tuning.Method", "lora, qlora", "resource.count")
    scene.apply(name)
    scene.healed(name)


def unknown_preset(scene):
    """The error names the presets that there are."""
    scene.refused(
        scene.world.tuning_objects("bad-preset", preset="phi-99-huge", serve=False),
        "tuning.presetName",
        "phi-99-huge",
        "phi-3-mini-128k-instruct",
    )
    scene.apply("bad-preset")
    scene.healed("bad-preset")


def placeholder_image(scene):
    image = "ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1"
    scene.apply("bad-image", image=image)
    scene.told("bad-image", "tuning.output.image", "placeholder", "Set it to an image that you can push to")
    check(not scene.target.get("machines", **{"kaito.sh/workspace": "bad-image"})["items"], "a Machine was made")
    scene.healed_after_change("bad-image")


def missing_secret(scene):
    """The Secret comes later, and nobody touches the Workspace."""
    recipe, secret, workspace = scene.world.tuning_objects("bad-secret", serve=False)
    scene.target.apply(recipe, workspace)
    scene.told("bad-secret", "bad-secret-push", "Create it", "kubectl create secret docker-registry")
    scene.target.apply(secret)
    scene.healed("bad-secret")


def refusing_registry(scene):
    scene.apply("bad-registry", registry=scene.world.refusing)
    message = scene.told("bad-registry", scene.world.refusing, "401")
    check("its Secret" in message, f"names no Secret as the remedy: {message}")
    seen = scene.target.kubectl("get", "workspace,job,pod,event", "-o", "json")
    check("planted-secret" not in seen, "the password is shown")
    scene.healed_after_change("bad-registry")


def absent_url(scene):
    scene.apply("bad-url", url=scene.world.url("nowhere.jsonl"))
    scene.told("bad-url", "nowhere.jsonl", "404", "tuning.input.urls")
    scene.healed_after_change("bad-url")


def useless_rows(scene):
    scene.apply("bad-rows", url=scene.world.url("bad.jsonl"))
    scene.told("bad-rows", "bad.jsonl", "messages", "Correct the data")
    scene.healed_after_change("bad-rows")


def corrupt_page(scene):
    """Parquet whose footer is good and whose page is not."""
    scene.apply("bad-page", url=scene.world.url("corrupt.parquet"))
    scene.told("bad-page", "corrupt.parquet", "Corrupt", "Correct the data")
    scene.healed_after_change("bad-page")


def corrected_recipe(scene, name, before, after, *words):
    """Tells the words of a recipe changed so; correcting the ConfigMap alone is enough."""
    recipe, secret, workspace = scene.world.tuning_objects(name, serve=False)
    text = recipe["data"]["training_config.yaml"]
    check(before in text, f"the recipe has no {before}")
    wrong = {**recipe, "data": {"training_config.yaml": text.replace(before, after)}}
    scene.target.apply(wrong, secret, workspace)
    scene.told(name, *words)
    scene.target.apply(recipe)
    scene.succeeds(name)


def unknown_section(scene):
    """A section of the recipe that there is not: told before a node is asked for."""
    corrected_recipe(scene, "bad-section", "LoraConfig:", "LoraConfg:", "bad-section-recipe", "did you mean LoraConfig")


def wrong_recipe(scene):
    """A value of the recipe that can't be."""
    corrected_recipe(scene, "bad-recipe", "r: 8", "r: -8", "LoraConfig", "r: want", "-8", "Correct")


def too_little_memory(scene):
    """A batch that no machine holds: told before the job is started."""
    scene.apply("bad-memory", batch=4_000_000)
    scene.told("bad-memory", "GiB", "smaller batch")
    check(not scene.target.exists("job", "bad-memory"), "a Job was made")
    scene.healed_after_change("bad-memory")


def full_disk(scene):
    """The pods' disk is full; room comes, and nobody touches the Workspace."""
    scene.machine.need_isolation()
    filler = os.path.join(scene.machine.pods, "filler")
    try:
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        scene.apply("bad-disk")
        scene.told("bad-disk", "No space left on device", "Free")
    finally:
        os.remove(filler)
    scene.healed("bad-disk")


def killed_job(scene):
    """kill -9 of the process that tunes: it goes on from its last checkpoint."""
    scene.apply("bad-kill", steps=240, save_steps=10)
    target = scene.target
    pods = os.path.join(scene.machine.pods, "*/volumes")
    wait_until("a checkpoint", lambda: glob.glob(f"{pods}/results-volume/checkpoint-20"), every=0.1)
    (pid,) = tuning_processes(scene.machine.data_dir)
    os.kill(pid, signal.SIGKILL)
    # While it waits for its second try, or after that has begun.
    wait_until(
        "the status to tell the kill",
        lambda: [
            c["message"]
            for c in target.workspace("bad-kill")["status"]["conditions"]
            if re.search(r"signal 9|137|killed", c["message"]) and "again" in c["message"]
        ],
        timeout=TOLD_WITHIN,
        every=0.1,
    )
    target.wait_condition("bad-kill", "WorkspaceSucceeded")
    log = target.kubectl("logs", "job/bad-kill")
    check(re.search(r"going on from \S+/checkpoint-[2-9]\d", log), f"began anew: {log}")
    scene.healed("bad-kill")


def killed_operator(scene):
    """kill -9 of the operator while it tunes: the next one takes the same process up."""
    scene.apply("bad-crash", steps=240, save_steps=10)
    target = scene.target
    before = wait_until("the job's process", lambda: tuning_processes(scene.machine.data_dir))
    target.kill()
    target.start()
    after = tuning_processes(scene.machine.data_dir)
    check(len(before) == 1 and after == before, f"processes {before} were tuning before, {after} after")
    scene.healed("bad-crash")


def port_80_not_allowed(scene):
    """The Service tells which port to call instead; curl from a pod needs none of that."""
    scene.machine.need_isolation()
    scene.world.need_registry()  # Without it, absent_weights has brought no model.
    target = scene.target
    target.apply(objects.inference("bad-port"))
    target.wait_condition("bad-port", "WorkspaceReady")
    check(scene.world.chat("bad-port", "What is QLoRA?"), "an empty answer")
    annotations = target.get("service", "bad-port")["metadata"]["annotations"]
    check(annotations["standalone.kaito.sh/ports"].startswith("80="), f"annotations {annotations}")
    events = [
        event["message"]
        for event in target.get("events")["items"]
        if event["involvedObject"]["kind"] == "Service" and event["involvedObject"]["name"] == "bad-port"
    ]
    told = [message for message in events if "80=" in message and "net.ipv4.ip_unprivileged_port_start" in message]
    check(told, f"events {events}")
    print(f"    {told[0]}", flush=True)
    target.delete_workspace("bad-port")


def second_instance(scene):
    """Refused, with the directory and what to do; the first one goes on."""
    machine = scene.machine
    begun = time.monotonic()
    done = subprocess.run(
        [machine.program, "--data-dir", machine.data_dir, *machine.flags],
        capture_output=True,
        text=True,
        timeout=2 * TOLD_WITHIN,
        check=False,
    )
    check(done.returncode == 1, f"exit {done.returncode}: {done.stderr}")
    last = done.stderr.strip().splitlines()[-1]
    check(machine.data_dir in last and "stop that one" in last, f"says: {last}")
    check(time.monotonic() - begun < TOLD_WITHIN, "took too long")
    print(f"    {last}", flush=True)
    scene.target.kubectl("get", "--raw", "/readyz")


def no_docker_registry(scene):
    """A pod of the registry's image waits, and says what to install; then it runs."""
    program = find_tool("docker-registry")
    target = scene.target
    target.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "bad-registry-pod"},
            "spec": {"containers": [{"name": "registry", "image": "docker.io/library/registry:2"}]},
        }
    )

    def waiting():
        (status,) = target.get("pod", "bad-registry-pod")["status"]["containerStatuses"]
        return status["state"]["waiting"]["message"]

    wait_until(
        "the pod to say what to install",
        lambda: "docker-registry" in waiting() and "tools/fetch_tools.sh" in waiting(),
        timeout=TOLD_WITHIN,
    )
    print(f"    {waiting()}", flush=True)
    begun = time.monotonic()
    done = subprocess.run(
        [scene.machine.program, "quickstart"],
        stdin=subprocess.DEVNULL,
        env={**os.environ, **scene.machine.env},
        capture_output=True,
        text=True,
        timeout=2 * TOLD_WITHIN,
        check=False,
    )
    check(done.returncode == 1 and "tools/fetch_tools.sh" in done.stderr, f"exit {done.returncode}: {done.stderr}")
    check(time.monotonic() - begun < TOLD_WITHIN, "the quick-start took too long to say it")
    # A script, as tools/fetch_tools.sh leaves one.
    path = os.path.join(scene.machine.tools, "bin/docker-registry")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nPATH=/usr/bin:/bin exec "{program}" "$@"\n')
    os.chmod(path, 0o755)
    wait_until(
        "the registry's pod to run",
        lambda: target.get("pod", "bad-registry-pod")["status"]["phase"] == "Running",
        timeout=60,
    )
    target.kubectl("delete", "pod", "bad-registry-pod", "--wait=false")
    target.wait_gone("pod", "bad-registry-pod")


def redirect_to_a_private_address(scene):
    """Where private addresses are refused, a public one may not lead to them."""
    scene.machine.need_isolation()
    root = os.path.join(scene.machine.root, "careful")
    flags = (*scene.machine.flags, "--refuse-private-addresses")
    target = Standalone(scene.machine.program, root, *flags, env=scene.machine.env)
    os.symlink(os.path.join(scene.machine.data_dir, "models"), os.path.join(root, "models"))
    target.start()
    try:
        with runner.world_of(target, registry=scene.world.registry, host=PUBLIC_ADDRESS) as world:
            with servers.redirects(scene.world.url(), PUBLIC_ADDRESS) as redirecting:
                careful = Scene(world, scene.machine)
                careful.apply("bad-redirect", url=f"http://{redirecting}/rows.jsonl")
                careful.told("bad-redirect", "127.0.0.1", "loopback", "tuning.input.urls")
                careful.apply("bad-redirect")

                # The data comes; then the push fails, to a registry on loopback.
                def pushed():
                    condition = target.condition("bad-redirect", "JobStarted")
                    return condition["status"] == "True" or f"{world.registry}/bad-redirect" in condition["message"]

                wait_until("the job", pushed)
    finally:
        target.stop()


CASES = [
    absent_weights,
    wrong_field,
    unknown_preset,
    placeholder_image,
    missing_secret,
    refusing_registry,
    absent_url,
    useless_rows,
    corrupt_page,
    unknown_section,
    wrong_recipe,
    too_little_memory,
    full_disk,
    killed_job,
    killed_operator,
    port_80_not_allowed,
    second_instance,
    no_docker_registry,
    redirect_to_a_private_address,
]


def corrupt_parquet():
    """The example's data with bytes of its first page turned over."""
    with open(os.path.join(EXAMPLES, "demo-data/acme-support.parquet"), "rb") as file:
        data = bytearray(file.read())
    for i in range(200, 1200):
        data[i] ^= 0xFF
    return bytes(data)


def main():
    parser = argparse.ArgumentParser(description="Bad input and worse machines, against standalone.")
    parser.add_argument("--operator", required=True, type=os.path.abspath, help="the operator's program")
    parser.add_argument("--only", type=runner.names_of, default=[], help="names of cases, separated by commas")
    parser.add_argument("--isolated", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    cases = runner.chosen(CASES, args.only)
    if args.isolated:
        raise_loopback()
    else:
        isolate()
    try:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as root:
            machine = Machine(args.operator, root, args.isolated)
            try:
                machine.target.start()
                with runner.world_of(machine.target, {"corrupt.parquet": corrupt_parquet()}) as world:
                    scene = Scene(world, machine)
                    if args.only and absent_weights not in cases:
                        cases.insert(0, absent_weights)  # Brings the model.
                    failed = runner.run(scene, cases)
            finally:
                machine.close()
            if failed:
                print(machine.target.log_tail(60))
            return 1 if failed else 0
    except Skipped as why:
        print(f"SKIPPED: {why}")
        return 0


if __name__ == "__main__":
    sys.exit(main())
