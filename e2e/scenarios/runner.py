"""A World around a target, and the program that runs scenarios in it.

Used by the programs of e2e: runner.main(description, scenarios).
"""

import argparse
import contextlib
import json
import os
import tempfile
import time
import traceback
import urllib.request

import objects
import servers
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
        self._applied = set()  # Names of tunings that are still to be cleaned.

    def need_registry(self):
        if self.registry is None:
            raise Skipped("there is no docker-registry")
        return self.registry

    def url(self, name="rows.jsonl"):
        return f"http://{self.data}/{name}"

    def tuning_objects(
        self, name, url=None, registry=None, image=None, preset=objects.PRESET, serve=True, **recipe_settings
    ):
        """ConfigMap, Secret and Workspace of a tuning."""
        registry = registry or self.need_registry()
        self._applied.add(name)
        return [
            objects.recipe(f"{name}-recipe", **recipe_settings),
            objects.push_secret(f"{name}-push", registry, "user", "planted-secret"),
            objects.tuning(
                name,
                url or self.url(),
                image or f"{registry}/{name}:1",
                f"{name}-recipe",
                f"{name}-push",
                preset,
                annotations={} if serve else {"kaito.sh/serve-after-tuning": "false"},
            ),
        ]

    def apply_tuning(self, name, **settings):
        self.target.apply(*self.tuning_objects(name, **settings))

    def clean(self, *names):
        for name in names:
            self._applied.discard(name)
            self.target.delete_workspace(name)
            self.target.kubectl("delete", "configmap", f"{name}-recipe", "--ignore-not-found")
            self.target.kubectl("delete", "secret", f"{name}-push", "--ignore-not-found")

    def tidy(self):
        """After a scenario that broke off: nothing of it may disturb the next."""
        self.clean(*sorted(self._applied))

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


@contextlib.contextmanager
def world_of(target, files=(), registry=None, host="127.0.0.1"):
    """The target with data, and with registries: one that refuses, and one of ours where none is given."""
    offered = {"rows.jsonl": _GOOD_ROWS, "more.jsonl": _GOOD_ROWS * 2, "bad.jsonl": _BAD_ROWS, **dict(files)}
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(servers.data_source(offered, host))
        refusing = stack.enter_context(servers.refusing_registry(host))
        if registry is None:
            try:
                registry = stack.enter_context(servers.registry(host))
            except Skipped as why:
                print(f"no registry: {why}", flush=True)
        yield World(target, data, registry, refusing)


def run(world, scenarios):
    """Runs them one after the other, with a line for each; gives how many failed."""
    failed = 0
    for scenario in scenarios:
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
        with contextlib.suppress(Exception):  # It has been told.
            world.tidy()
        print(f"{scenario.__name__:28} {time.monotonic() - begun:6.1f} s  {verdict}", flush=True)
    return failed


def chosen(scenarios, names):
    """Those of these names, in their own order; all where there are none."""
    unknown = set(names) - {scenario.__name__ for scenario in scenarios}
    if unknown:
        known = ", ".join(scenario.__name__ for scenario in scenarios)
        raise SystemExit(f"no such scenario: {', '.join(sorted(unknown))}; there are: {known}")
    return [scenario for scenario in scenarios if not names or scenario.__name__ in names]


def names_of(text):
    return [name for name in text.split(",") if name]


def run_standalone(program, work):
    """Starts standalone, calls work(target), which gives how many failed, and stops it."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as root:
        target = Standalone(program, os.path.join(root, "data"))
        try:
            failed = work(target.start())
        finally:
            target.stop()
        if failed:
            print(target.log_tail(60))
        return failed


def main(description, scenarios):
    """Gives the program's exit code."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--operator", type=os.path.abspath, help="the operator's program: starts standalone with it")
    parser.add_argument("--kubeconfig", help="a cluster to run against instead")
    parser.add_argument("--registry", help="host:port of a registry that the target reaches; default: starts one")
    parser.add_argument("--data-host", default="127.0.0.1", help="an address of this machine that the target reaches")
    parser.add_argument("--only", type=names_of, default=[], help="names of scenarios, separated by commas")
    args = parser.parse_args()
    wanted = chosen(scenarios, args.only)

    def work(target):
        with world_of(target, registry=args.registry, host=args.data_host) as world:
            return run(world, wanted)

    try:
        if args.kubeconfig:
            return 1 if work(Target(args.kubeconfig)) else 0
        if not args.operator:
            parser.error("want --operator or --kubeconfig")
        return 1 if run_standalone(args.operator, work) else 0
    except Skipped as why:
        print(f"SKIPPED: {why}")
        return 0
