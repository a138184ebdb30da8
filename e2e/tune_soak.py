"""Apply, tune, chat, delete, again and again: nothing may be left, and nothing may grow.

    python3 e2e/tune_soak.py --operator bazel-bin/kaito/operator/operator --minutes 30

Prints a line for each round with what the operator holds: memory, descriptors, threads,
pod directories. Exit code 1 where a round fails, where objects, processes or pod
directories are left, or where memory or descriptors grow after the first rounds.
"""

import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "scenarios"))

import runner  # noqa: E402  # found by the line above
from runner import check  # noqa: E402
from scenarios import children_of  # noqa: E402
from target import Failed, wait_until  # noqa: E402

# Caches and pools fill up at first; growth counts from here on.
WARM_ROUNDS = 5
# An allocator keeps some of what it had; a leak of an object a round goes over this in half an hour.
MEMORY_SLACK_MIB = 16
DESCRIPTOR_SLACK = 8


class Holdings:
    """What the operator's process has now."""

    def __init__(self, target):
        root = f"/proc/{target.process.pid}"
        with open(f"{root}/status", encoding="utf-8") as file:
            values = dict(line.split(":", 1) for line in file)
        self.memory_mib = int(values["VmRSS"].split()[0]) / 1024
        self.threads = int(values["Threads"])
        self.descriptors = len(os.listdir(f"{root}/fd"))
        pods = os.path.join(target.data_dir, "pods")
        self.pods = len(os.listdir(pods)) if os.path.isdir(pods) else 0

    def __str__(self):
        return (
            f"{self.memory_mib:6.1f} MiB, {self.descriptors} descriptors, "
            f"{self.threads} threads, {self.pods} pod directories"
        )


def one_round(world, name):
    target = world.target
    world.apply_tuning(name)
    target.wait_condition(name, "WorkspaceReady", timeout=180)
    check(world.chat(name, "What is QLoRA?"), "an empty answer")
    world.clean(name)
    wait_until(f"all objects of {name} to go", lambda: not children_of(target, name))


def soak(target, minutes):
    """Gives the number of failures: 0 or 1."""
    with runner.world_of(target) as world:
        world.need_registry()
        end = time.monotonic() + 60 * minutes
        number, first = 0, None
        while time.monotonic() < end or number <= WARM_ROUNDS:
            number += 1
            begun = time.monotonic()
            one_round(world, f"soak-{number}")
            wait_until("the pod directories to go", lambda: Holdings(target).pods == 0)
            holds = Holdings(target)
            print(f"round {number}: {time.monotonic() - begun:5.1f} s  {holds}", flush=True)
            if number == WARM_ROUNDS:
                first = holds
        check(
            holds.memory_mib <= first.memory_mib + MEMORY_SLACK_MIB,
            f"memory grew from {first.memory_mib:.1f} to {holds.memory_mib:.1f} MiB",
        )
        check(
            holds.descriptors <= first.descriptors + DESCRIPTOR_SLACK,
            f"descriptors grew from {first.descriptors} to {holds.descriptors}",
        )
        print(f"{number} rounds, none failed", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operator", required=True, type=os.path.abspath, help="the operator's program")
    parser.add_argument("--minutes", type=float, default=30, help="how long")
    args = parser.parse_args()

    def work(target):
        try:
            return soak(target, args.minutes)
        except Failed as error:
            print(f"FAILED: {error}", flush=True)
            return 1

    return 1 if runner.run_standalone(args.operator, work) else 0


if __name__ == "__main__":
    sys.exit(main())
