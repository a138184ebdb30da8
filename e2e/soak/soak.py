"""A soak: standalone under churn, watched for what grows and what is left behind.

  python3 e2e/soak/soak.py --operator bazel-bin/kaito/operator/operator --minutes 10

Workspaces are created, edited and deleted without pause. Pods run a small program in the
runtime's place (soak_pod.py), so that minutes hold hundreds of lives. Fails where the
operator's memory or descriptors grow after the first third, or where objects or processes
are left behind.
"""

import argparse
import json
import os
import random
import stat
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))

from target import Failed, Standalone, wait_until  # noqa: E402

# What may come and go with the moment: connections, allocator's pools.
MEMORY_SLACK_MIB = 8
DESCRIPTOR_SLACK = 24
LEFT_BEHIND = ("workspaces.kaito.sh", "machines.karpenter.sh", "jobs", "deployments", "services", "pods")


def workspace(name, revision):
    return {
        "apiVersion": "kaito.sh/v1beta1",
        "kind": "Workspace",
        "metadata": {"name": name},
        "resource": {"instanceType": "local", "labelSelector": {"matchLabels": {"app": name}}},
        "tuning": {
            "preset": {"name": "tiny-phi-3-instruct"},
            "method": "qlora",
            "input": {"urls": [f"http://127.0.0.1:9/{revision}.jsonl"]},
            "output": {"image": f"127.0.0.1:9/soak/{name}:{revision}", "imagePushSecret": "push"},
        },
    }


def files(directory):
    """A tree of the operator's files whose runtime is the small program."""
    runtime = os.path.join(directory, "kaito/runtime/runtime")
    os.makedirs(os.path.dirname(runtime))
    with open(os.path.join(HERE, "soak_pod.py"), encoding="utf-8") as source, open(runtime, "w", encoding="utf-8") as out:
        out.write(f"#!{sys.executable}\n" + source.read())
    os.chmod(runtime, stat.S_IRWXU)
    os.symlink(os.path.realpath(os.path.join(HERE, "../../examples")), os.path.join(directory, "examples"))
    return directory


def sample(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return {
        "resident_mib": round(int(fields["VmRSS"].split()[0]) / 1024, 1),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": int(fields["Threads"]),
    }


def children(pid):
    """The processes below it, whoever their parent is now is not seen."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as line:
                if int(line.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry))
        except OSError:
            pass
    return found


def live(target, name, revision, chance, deadline):
    """One life: created, perhaps edited, deleted at any moment of it."""
    target.apply(workspace(name, revision))
    end = time.monotonic() + chance.uniform(0, 6)
    tuned = False
    while time.monotonic() < min(end, deadline) and not tuned:
        tuned = bool(target.workspace(name).get("status", {}).get("tuningResult") or target.exists("deployment", name))
        time.sleep(0.3)
    if chance.random() < 0.4:
        target.apply(workspace(name, revision + 1))
        time.sleep(chance.uniform(0, 2))
    target.delete_workspace(name, 120)
    return tuned


def soak(target, minutes, seed):
    chance = random.Random(seed)
    target.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "push"}, "stringData": {".dockerconfigjson": "{}"}})
    samples, lives, tuned = [], 0, 0
    begin = time.monotonic()
    end = begin + minutes * 60
    while time.monotonic() < end:
        tuned += live(target, f"soak-{lives % 7}", 10 * lives, chance, end)
        lives += 1
        samples.append(dict(sample(target.process.pid), at_s=round(time.monotonic() - begin)))
    for kind in LEFT_BEHIND:
        wait_until(f"no {kind}", lambda kind=kind: not rest(target, kind), 60)
    wait_until("no process of a pod", lambda: not children(target.process.pid), 60)
    return samples, lives, tuned


def rest(target, kind):
    return [o for o in target.get(kind)["items"] if o["metadata"]["name"] != "kubernetes"]


def judge(samples):
    """The median of the second third against that of the last."""
    third = len(samples) // 3
    report = {}
    for name, slack in (("resident_mib", MEMORY_SLACK_MIB), ("descriptors", DESCRIPTOR_SLACK), ("threads", DESCRIPTOR_SLACK)):
        before, after = (
            sorted(s[name] for s in part)[len(part) // 2] for part in (samples[third : 2 * third], samples[2 * third :])
        )
        report[name] = {"second_third": before, "last_third": after, "most": max(s[name] for s in samples)}
        if after > before + slack:
            raise Failed(f"{name} has grown from {before} to {after}")
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operator", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", default="", help="a JSON file for the result")
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kaito-soak-") as directory:
        tree = files(os.path.join(directory, "files"))
        target = Standalone(
            os.path.abspath(args.operator), os.path.join(directory, "data"), "--api-port", "0", "--files-dir", tree
        ).start()
        try:
            samples, lives, tuned = soak(target, args.minutes, args.seed)
            report = {"minutes": args.minutes, "seed": args.seed, "lives": lives, "tuned": tuned, **judge(samples)}
        except Failed as failure:
            print(target.log_tail(40))
            print(f"FAILED: {failure}")
            return 1
        finally:
            target.stop()
    text = json.dumps(report, indent=1)
    print(text)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
