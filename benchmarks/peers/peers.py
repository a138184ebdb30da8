"""Measures the runtime against PyTorch, transformers and PEFT, in the same run on the same machine.

    ./bazelw build //kaito/runtime
    python3 benchmarks/peers/peers.py --runtime bazel-bin/kaito/runtime/runtime --python-path DIR \\
        [--output benchmarks/results/NAME.json] [--repeat 3]

DIR is where the peers are installed:

    pip install --target DIR torch==2.11.0 transformers==5.14.1 peft==0.11.1

The two sides take turns, so that a busy machine hurts both. Figures are medians. The
table goes to standard output, the JSON (with machine and commit) to --output.
"""

import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MODEL = os.path.join(ROOT, "examples/models/tiny-phi-3-instruct")
DATA = os.path.join(ROOT, "examples/demo-data/acme-support.jsonl")
RECIPE = os.path.join(ROOT, "examples/demo-data/training_config.yaml")


def run(argv, env=None, **kwargs):
    done = subprocess.run(argv, capture_output=True, text=True, env=env, check=False, **kwargs)
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done


def peer(args, what, threads, **options):
    argv = [sys.executable, os.path.join(HERE, "torch_peer.py"), what, "--model", MODEL, "--threads", str(threads)]
    for name, value in options.items():
        argv += [f"--{name}", str(value)]
    out = run(argv, env=dict(os.environ, PYTHONPATH=args.python_path)).stdout
    return json.loads(out.splitlines()[-1])["tokens_per_second"]


def tune(args, threads):
    with tempfile.TemporaryDirectory() as output:
        progress = os.path.join(output, "progress.json")
        run(
            [
                args.runtime, "tune", "--config", RECIPE, "--model", MODEL, "--data", DATA, "--output", os.path.join(output, "o"),
                "--max-steps", str(args.steps), "--progress-file", progress, "--threads", str(threads), "--resume", "never",
            ]
        )  # fmt: skip
        with open(progress, encoding="utf-8") as file:
            return json.load(file)["tokens_per_second"]


def decode(args, threads):
    """Seconds of a long answer less those of a short one: loading is not decoding."""
    line = json.dumps({"messages": [{"role": "user", "content": "What is QLoRA?"}]}) + "\n"

    def seconds(count):
        begun = datetime.datetime.now()
        run(
            [
                args.runtime, "generate", "--model", MODEL, "--input", "-", "--max-tokens", str(count), "--ignore-eos",
                "--threads", str(threads),
            ],
            input=line,
        )  # fmt: skip
        return (datetime.datetime.now() - begun).total_seconds()

    short = min(seconds(1) for _ in range(3))
    return (args.tokens - 1) / (min(seconds(args.tokens) for _ in range(3)) - short)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = re.findall(r"model name\s*: (.*)", file.read())
    return {"cpu": names[0] if names else platform.machine(), "threads": os.cpu_count(), "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", required=True)
    parser.add_argument("--python-path", required=True)
    parser.add_argument("--output", default="")
    parser.add_argument("--commit", default="")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--tokens", type=int, default=1024)
    args = parser.parse_args()
    rows = []
    for threads in (1, 2):
        pairs = [
            (
                "tune, tiny model, tokens/s",
                lambda threads=threads: tune(args, threads),
                lambda threads=threads: peer(args, "tune", threads, data=DATA, steps=args.steps // 2),
            ),
            (
                "decode, tiny model, tokens/s",
                lambda threads=threads: decode(args, threads),
                lambda threads=threads: peer(args, "decode", threads, tokens=256),
            ),
        ]
        for name, ours, theirs in pairs:
            figures = [(ours(), theirs()) for _ in range(args.repeat)]
            mine, peers = (statistics.median(column) for column in zip(*figures))
            rows.append({"name": name, "threads": threads, "kaito": mine, "peer": peers, "ratio": mine / peers})
            print(f"{name:32} {threads} threads  kaito {mine:9.0f}  torch {peers:9.0f}  {mine / peers:5.2f}x", flush=True)
    if args.output:
        report = {
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "commit": args.commit,
            "machine": machine(),
            "results": rows,
        }
        partial = args.output + ".partial"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
            file.write("\n")
        os.rename(partial, args.output)


if __name__ == "__main__":
    main()
