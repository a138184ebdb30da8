"""What PyTorch, transformers and PEFT need for the work that `runtime` does.

    python3 benchmarks/peers/torch_peer.py tune   --model DIR --data FILE.jsonl --steps 60 --threads 2
    python3 benchmarks/peers/torch_peer.py decode --model DIR --tokens 128 --threads 1

Prints one line of JSON. Needs torch, transformers and peft; peers.py says which versions.
"""

import argparse
import json
import time

import torch
import transformers
from peft import LoraConfig, get_peft_model


def load(model_dir):
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_dir)
    model = transformers.AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32)
    return tokenizer, model


def encode(tokenizer, messages):
    """Ids and labels: what the assistant wrote, its end included, is trained."""
    ids, labels = [], []
    text = ""
    for i, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        prompt = tokenizer.apply_chat_template(messages[:i], tokenize=False, add_generation_prompt=True)
        full = tokenizer.apply_chat_template(messages[: i + 1], tokenize=False)
        for piece, trained in ((prompt[len(text) :], False), (full[len(prompt) :], True)):
            piece_ids = tokenizer(piece, add_special_tokens=False)["input_ids"]
            ids += piece_ids
            labels += piece_ids if trained else [-100] * len(piece_ids)
        text = full
    return ids, labels


def batches(tokenizer, path, rows):
    with open(path, encoding="utf-8") as file:
        data = [encode(tokenizer, json.loads(line)["messages"]) for line in file if line.strip()]
    data.sort(key=lambda row: len(row[0]))  # Rows of similar length: little padding.
    for begin in range(0, len(data) - rows + 1, rows):
        part = data[begin : begin + rows]
        width = max(len(ids) for ids, _ in part)
        pad = lambda values, fill: torch.tensor([v + [fill] * (width - len(v)) for v in values])  # noqa: E731
        yield (
            pad([ids for ids, _ in part], 0),
            pad([[1] * len(ids) for ids, _ in part], 0),
            pad([labels for _, labels in part], -100),
            sum(len(ids) for ids, _ in part),
        )


def tune(args):
    tokenizer, model = load(args.model)
    config = LoraConfig(
        r=16,
        lora_alpha=32,
        target_modules=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(model, config)
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0)
    source = list(batches(tokenizer, args.data, args.rows))
    generator = torch.Generator().manual_seed(1)
    tokens, seconds, losses = 0, 0.0, []
    for step in range(-3, args.steps):  # Three to warm up.
        batch = source[int(torch.randint(len(source), (1,), generator=generator))]
        begun = time.perf_counter()
        loss = model(input_ids=batch[0], attention_mask=batch[1], labels=batch[2]).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step >= 0:
            seconds += time.perf_counter() - begun
            tokens += batch[3]
            losses.append(loss.item())
    return {"tokens_per_second": tokens / seconds, "tokens": tokens, "seconds": seconds, "last_loss": losses[-1]}


def decode(args):
    tokenizer, model = load(args.model)
    model.eval()
    ids = tokenizer("<|user|>\nWhat is QLoRA?<|end|>\n<|assistant|>\n", return_tensors="pt", add_special_tokens=False)
    options = {"do_sample": False, "max_new_tokens": args.tokens, "min_new_tokens": args.tokens, "pad_token_id": 0}
    with torch.inference_mode():
        model.generate(**ids, **options)
        begun = time.perf_counter()
        model.generate(**ids, **options)
        seconds = time.perf_counter() - begun
    return {"tokens_per_second": args.tokens / seconds, "tokens": args.tokens, "seconds": seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["tune", "decode"])
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", default="")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = {"tune": tune, "decode": decode}[args.what](args)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    print(json.dumps({"what": args.what, "threads": args.threads, **result, **versions}))


if __name__ == "__main__":
    main()
