"""What llama.cpp needs for the work that `runtime generate` does.

    python3 benchmarks/peers/llama_peer.py --model FILE.gguf --threads 2 [--prompt 128] [--tokens 16]

Prints one line of JSON: tokens a second of a prompt, and of decoding behind it.
Needs llama-cpp-python; phi3_mini.py says which version.
"""

import argparse
import json
import time

import llama_cpp


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=16)
    args = parser.parse_args()
    model = llama_cpp.Llama(
        args.model, n_ctx=1024, n_batch=512, n_ubatch=512, n_threads=args.threads, n_threads_batch=args.threads, verbose=False
    )
    model.eval([7] * 8)  # Brings the file into memory.
    model.reset()
    begun = time.perf_counter()
    model.eval([300 + i for i in range(args.prompt)])
    prefill = time.perf_counter() - begun
    begun = time.perf_counter()
    for i in range(args.tokens):
        model.eval([400 + i])
    decode = time.perf_counter() - begun
    result = {"prefill": args.prompt / prefill, "decode": args.tokens / decode, "llama_cpp": llama_cpp.__version__}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
