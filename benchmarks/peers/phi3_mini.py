"""Serving at phi-3-mini's shape: the runtime beside llama.cpp, and the memory's floor, in one run.

    ./bazelw build //kaito/runtime
    python3 benchmarks/peers/random_model.py --output DIR/nf4
    python3 benchmarks/peers/random_model.py --output DIR/q4.gguf --gguf
    python3 benchmarks/peers/phi3_mini.py --runtime bazel-bin/kaito/runtime/runtime --models DIR \\
        --python-path PEERS [--threads 1 2] [--repeat 3] [--output benchmarks/results/NAME.json]

PEERS is where llama.cpp is, which takes 15 minutes to compile, and numpy:

    pip install --target PEERS llama-cpp-python==0.3.36

The two take turns; figures are medians, without loading. The floor is the
time that reading the weights once takes, at the rate which a dot product over
256 MiB for each thread reads at in the same turn.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # Before numpy: dot products on the thread that asks.

import numpy as np  # noqa: E402

from peers import machine, run  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
# What a token reads: linears in NF4 with scales of one byte for 64 weights, and the head in bf16.
WEIGHTS = 32 * (3 * 3072 * 3072 + 3072 * 3072 + 3 * 8192 * 3072)
TOKEN_BYTES = WEIGHTS * (1 / 2 + 1 / 64) + 32064 * 3072 * 2


def bytes_per_second(threads):
    """Read from memory by so many threads at once."""
    data = [np.ones((2, 32 << 20), np.float32) for _ in range(threads)]

    def once():
        workers = [threading.Thread(target=np.dot, args=(pair[0], pair[1])) for pair in data]
        begun = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.perf_counter() - begun

    return threads * data[0].nbytes / min(once() for _ in range(5))


class Generate:
    """A `runtime generate` that answers lines one by one: loaded once, so that loading is in no figure."""

    def __init__(self, args, threads, tokens):
        argv = [
            args.runtime, "generate", "--model", os.path.join(args.models, "nf4"), "--input", "-", "--max-tokens",
            str(tokens), "--ignore-eos", "--threads", str(threads),
        ]  # fmt: skip
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.seconds(4)  # Reads what loading has only mapped.
        return self

    def seconds(self, prompt):
        begun = time.perf_counter()
        self.process.stdin.write(json.dumps({"ids": [300 + i for i in range(prompt)]}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        taken = time.perf_counter() - begun
        if "ids" not in answer:
            sys.exit(f"runtime generate: {answer}")
        return taken

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def ours(args, threads):
    with Generate(args, threads, 1) as generate:
        short, prompt = generate.seconds(4), generate.seconds(args.prompt)
    with Generate(args, threads, args.tokens + 1) as generate:
        answer = generate.seconds(4)
    return {"prefill": args.prompt / prompt, "decode": args.tokens / (answer - short)}


def theirs(args, threads):
    argv = [
        sys.executable, os.path.join(HERE, "llama_peer.py"), "--model", os.path.join(args.models, "q4.gguf"), "--threads",
        str(threads), "--prompt", str(args.prompt), "--tokens", str(args.tokens),
    ]  # fmt: skip
    return json.loads(run(argv, env=dict(os.environ, PYTHONPATH=args.python_path)).stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--python-path", required=True)
    parser.add_argument("--output", default="")
    parser.add_argument("--commit", default="")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=16)
    args = parser.parse_args()
    rows = []
    for threads in args.threads:
        turns = [(bytes_per_second(threads), ours(args, threads), theirs(args, threads)) for _ in range(args.repeat)]
        memory = statistics.median(turn[0] for turn in turns)
        for what in ("decode", "prefill"):
            mine, peer = (statistics.median(turn[i][what] for turn in turns) for i in (1, 2))
            row = {"name": f"{what}, phi-3-mini's shape, tokens/s", "threads": threads, "kaito": mine, "peer": peer}
            row["ratio"] = mine / peer
            if what == "decode":
                row["memory_bytes_per_second"] = memory
                row["of_memory_floor"] = mine * TOKEN_BYTES / memory
            rows.append(row)
            print(json.dumps(row), flush=True)
    if args.output:
        report = {"commit": args.commit, "command": " ".join(sys.argv), "machine": machine(), "results": rows}
        report["llama_cpp"] = turns[-1][2]["llama_cpp"]
        with open(args.output + ".partial", "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
            file.write("\n")
        os.rename(args.output + ".partial", args.output)


if __name__ == "__main__":
    main()
