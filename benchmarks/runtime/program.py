"""Measures what the program itself takes: starting, memory, the demo's training.

    ./bazelw build //kaito/runtime
    python3 benchmarks/runtime/program.py --runtime bazel-bin/kaito/runtime/runtime \\
        [--models DIR] [--only serve demo phi3_mini] [--output benchmarks/results/NAME.json]

serve      from starting `serve` of the tiny model to the first answer of /health, and its resident memory then
demo       `tune` of the demo's recipe, all 450 steps, from start to exit
phi3_mini  a step of `tune` with one row of 512 tokens at phi-3-mini's shape, in DIR/nf4 (peers/random_model.py)

Needs nothing but Python.
"""

import argparse
import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MODEL = os.path.join(ROOT, "examples/models/tiny-phi-3-instruct")
DATA = os.path.join(ROOT, "examples/demo-data/acme-support.jsonl")
RECIPE = os.path.join(ROOT, "examples/demo-data/training_config.yaml")
PATIENCE_SECONDS = 30


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(re.search(r"VmRSS:\s*(\d+) kB", file.read()).group(1)) / 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve_once(args):
    port = free_port()
    argv = [args.runtime, "serve", "--model", MODEL, "--address", f"127.0.0.1:{port}", "--threads", str(args.threads)]
    begun = time.perf_counter()
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).read()
                break
            except (urllib.error.URLError, ConnectionError):
                if server.poll() is not None or time.perf_counter() - begun > PATIENCE_SECONDS:
                    sys.exit(f"{' '.join(argv)}: not ready")
                time.sleep(0.002)
        ready = time.perf_counter() - begun
        idle = resident_mib(server.pid)
        body = json.dumps({"prompt": "What is QLoRA?"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/chat", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=PATIENCE_SECONDS).read()
        return ready, idle, resident_mib(server.pid)
    finally:
        server.terminate()
        server.wait()


def serve(args):
    ready, idle, answered = (statistics.median(column) for column in zip(*(serve_once(args) for _ in range(args.repeat))))
    return {"ready_seconds": ready, "resident_mib": idle, "resident_mib_after_an_answer": answered}


def tune(args, model, data, config, *more):
    """Seconds, and the most memory that was resident, files that are mapped included."""
    with tempfile.TemporaryDirectory() as output:
        argv = [
            args.runtime, "tune", "--config", config, "--model", model, "--data", data, "--output",
            os.path.join(output, "o"), "--threads", str(args.threads), "--resume", "never", *more,
        ]  # fmt: skip
        with open(os.path.join(output, "log"), "w+", encoding="utf-8") as log:
            begun = time.perf_counter()
            child = subprocess.Popen(argv, stdout=log, stderr=log)
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - begun
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                log.seek(0)
                sys.exit(f"{' '.join(argv)}: exit {child.returncode}\n{log.read()[-2000:]}")
    processor = usage.ru_utime + usage.ru_stime
    return {"seconds": seconds, "processor_seconds": processor, "peak_resident_mib": usage.ru_maxrss / 1024}


def demo(args):
    return tune(args, MODEL, DATA, RECIPE)


def phi3_mini(args):
    """One row that is longer than 512 tokens and is cut there."""
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "long.jsonl")
        with open(data, "w", encoding="utf-8") as file:
            words = " ".join(f"the {i}th customer asked for help" for i in range(400))
            file.write(json.dumps({"text": words}) + "\n")
        with open(RECIPE, encoding="utf-8") as file:
            recipe = file.read().replace("assistant_only_loss: true", "assistant_only_loss: false")
        config = os.path.join(folder, "recipe.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(recipe.replace("per_device_train_batch_size: 24", "per_device_train_batch_size: 1"))
        return tune(args, os.path.join(args.models, "nf4"), data, config, "--max-steps", "1")


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = re.findall(r"model name\s*: (.*)", file.read())
    return {"cpu": names[0] if names else platform.machine(), "threads": os.cpu_count(), "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", required=True)
    parser.add_argument("--models", default="")
    parser.add_argument("--only", nargs="+", default=["serve", "demo"], choices=["serve", "demo", "phi3_mini"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--output", default="")
    parser.add_argument("--commit", default="")
    args = parser.parse_args()
    rows = []
    for name in args.only:
        rows.append({"name": name, "threads": args.threads, **globals()[name](args)})
        print(json.dumps(rows[-1]), flush=True)
    if args.output:
        report = {"commit": args.commit, "command": " ".join(sys.argv), "machine": machine(), "results": rows}
        with open(args.output + ".partial", "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
            file.write("\n")
        os.rename(args.output + ".partial", args.output)


if __name__ == "__main__":
    main()
