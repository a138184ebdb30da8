"""Makes a checkpoint of phi-3-mini's shape with random weights, for measuring.

    python3 benchmarks/peers/random_model.py --output DIR [--layers 32] [--tokenizer DIR]
    python3 benchmarks/peers/random_model.py --output FILE.gguf --gguf [--layers 32]

Speed does not depend on what the weights are. The first form is what
bitsandbytes saves (NF4, double quantisation, tables in bf16: 2.3 GB at 32
layers), for `runtime`; the second is Q4_0 with a head in Q6_K, for llama.cpp.
Neither is quantised from anything: the codes themselves are random, which takes
seconds. The tokenizer is the tiny model's; most words have no text.
"""

import argparse
import json
import os
import shutil
import struct

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TINY = os.path.join(ROOT, "examples/models/tiny-phi-3-instruct")
HIDDEN, HEADS, INNER, WORDS, POSITIONS = 3072, 32, 8192, 32064, 4096
LINEARS = {
    "self_attn.qkv_proj": (3 * HIDDEN, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HIDDEN),
    "mlp.gate_up_proj": (2 * INNER, HIDDEN),
    "mlp.down_proj": (HIDDEN, INNER),
}
NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]  # fmt: skip
RANDOM = np.random.default_rng(1)


def random_bytes(count):
    return np.frombuffer(RANDOM.bytes(count), np.uint8)


def bf16(shape, scale):
    values = (RANDOM.random(shape, np.float32) - 0.5) * (2 * scale)
    return (values.view(np.uint32) >> 16).astype(np.uint16)


def nf4_tensors(name, shape):
    """A weight whose elements are of the size that training gives: 0.5 / sqrt(inputs)."""
    blocks = shape[0] * shape[1] // 64
    scale = np.float32(0.5 / shape[1] ** 0.5)
    state = {
        "quant_type": "nf4", "blocksize": 64, "dtype": "bfloat16", "shape": list(shape), "nested_blocksize": 256,
        "nested_dtype": "float32", "nested_offset": float(2 * scale),
    }  # fmt: skip
    yield f"{name}.absmax", "U8", random_bytes(blocks)
    yield f"{name}.nested_absmax", "F32", np.full((blocks + 255) // 256, scale, np.float32)
    yield f"{name}.nested_quant_map", "F32", np.linspace(-1, 1, 256, dtype=np.float32)
    yield f"{name}.quant_map", "F32", np.array(NF4, np.float32)
    yield f"{name}.quant_state.bitsandbytes__nf4", "U8", np.frombuffer(json.dumps(state).encode(), np.uint8)
    yield name, "U8", random_bytes(shape[0] * shape[1] // 2).reshape(-1, 1)


def tensors(layers):
    yield "model.embed_tokens.weight", "BF16", bf16((WORDS, HIDDEN), 0.02)
    for layer in range(layers):
        prefix = f"model.layers.{layer}"
        for norm in ("input_layernorm", "post_attention_layernorm"):
            yield f"{prefix}.{norm}.weight", "BF16", np.full(HIDDEN, 0x3F80, np.uint16)
        for name, shape in LINEARS.items():
            yield from nf4_tensors(f"{prefix}.{name}.weight", shape)
    yield "model.norm.weight", "BF16", np.full(HIDDEN, 0x3F80, np.uint16)
    yield "lm_head.weight", "BF16", bf16((WORDS, HIDDEN), 0.02)


def write_safetensors(path, layers):
    """The data first, behind room for the header, whose size is known only then."""
    room = 512 * 1024
    header, at = {"__metadata__": {"format": "pt"}}, 0
    with open(path, "wb") as file:
        file.seek(8 + room)
        for name, dtype, data in tensors(layers):
            file.write(data.tobytes())
            header[name] = {"dtype": dtype, "shape": list(data.shape), "data_offsets": [at, at + data.nbytes]}
            at += data.nbytes
        file.seek(0)
        file.write(struct.pack("<Q", room) + json.dumps(header).encode().ljust(room))


def write_config(directory, layers, tokenizer):
    with open(os.path.join(tokenizer, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    config.update(
        hidden_size=HIDDEN, intermediate_size=INNER, num_attention_heads=HEADS, num_key_value_heads=HEADS,
        num_hidden_layers=layers, vocab_size=WORDS, max_position_embeddings=POSITIONS,
        original_max_position_embeddings=POSITIONS, tie_word_embeddings=False,
        quantization_config={
            "quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False, "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True, "bnb_4bit_quant_storage": "uint8", "bnb_4bit_compute_dtype": "bfloat16",
        },
    )  # fmt: skip
    with open(os.path.join(directory, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file, indent=1)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json"):
        shutil.copyfile(os.path.join(tokenizer, name), os.path.join(directory, name))


# GGUF, version 3: the few parts that a model without text needs.
GGUF_U32, GGUF_F32, GGUF_STRING, GGUF_ARRAY, GGUF_I32 = 4, 6, 8, 9, 5
TYPE_F32, TYPE_Q4_0, TYPE_Q6_K = 0, 2, 14


def gguf_string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf_value(kind, value):
    if kind == GGUF_STRING:
        return gguf_string(value)
    return struct.pack({GGUF_U32: "<I", GGUF_F32: "<f", GGUF_I32: "<i"}[kind], value)


def gguf_pair(key, kind, value, of=None):
    data = gguf_string(key) + struct.pack("<I", kind)
    if kind == GGUF_ARRAY:
        return data + struct.pack("<IQ", of, len(value)) + b"".join(gguf_value(of, v) for v in value)
    return data + gguf_value(kind, value)


def q4_0(rows, columns):
    blocks = np.empty((rows * columns // 32, 18), np.uint8)
    blocks[:, :2] = np.array([0.1 / columns**0.5], np.float16).view(np.uint8)
    blocks[:, 2:] = random_bytes(blocks.shape[0] * 16).reshape(-1, 16)
    return blocks


def q6_k(rows, columns):
    blocks = np.empty((rows * columns // 256, 210), np.uint8)
    blocks[:, :192] = random_bytes(blocks.shape[0] * 192).reshape(-1, 192)
    blocks[:, 192:208] = 1
    blocks[:, 208:] = np.array([0.02 / columns**0.5], np.float16).view(np.uint8)
    return blocks


def gguf_tensors(layers):
    """Name, columns, rows, type, and what makes its bytes."""
    norm = np.ones(HIDDEN, np.float32)
    yield "token_embd.weight", (HIDDEN, WORDS), TYPE_Q4_0, lambda: q4_0(WORDS, HIDDEN)
    yield "output_norm.weight", (HIDDEN,), TYPE_F32, lambda: norm
    yield "output.weight", (HIDDEN, WORDS), TYPE_Q6_K, lambda: q6_k(WORDS, HIDDEN)
    for layer in range(layers):
        for name in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{name}.weight", (HIDDEN,), TYPE_F32, lambda: norm
        for name, shape in zip(("attn_qkv", "attn_output", "ffn_up", "ffn_down"), LINEARS.values()):
            yield f"blk.{layer}.{name}.weight", shape[::-1], TYPE_Q4_0, lambda shape=shape: q4_0(*shape)


def gguf_bytes(dims, kind):
    elements = int(np.prod(dims))
    return {TYPE_F32: elements * 4, TYPE_Q4_0: elements // 32 * 18, TYPE_Q6_K: elements // 256 * 210}[kind]


def write_gguf(path, layers):
    words = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    words += [f"word{i}" for i in range(len(words), WORDS)]
    pairs = [
        gguf_pair("general.architecture", GGUF_STRING, "phi3"),
        gguf_pair("phi3.context_length", GGUF_U32, POSITIONS),
        gguf_pair("phi3.rope.scaling.original_context_length", GGUF_U32, POSITIONS),
        gguf_pair("phi3.embedding_length", GGUF_U32, HIDDEN),
        gguf_pair("phi3.feed_forward_length", GGUF_U32, INNER),
        gguf_pair("phi3.block_count", GGUF_U32, layers),
        gguf_pair("phi3.attention.head_count", GGUF_U32, HEADS),
        gguf_pair("phi3.attention.head_count_kv", GGUF_U32, HEADS),
        gguf_pair("phi3.attention.layer_norm_rms_epsilon", GGUF_F32, 1e-5),
        gguf_pair("phi3.rope.dimension_count", GGUF_U32, HIDDEN // HEADS),
        gguf_pair("phi3.rope.freq_base", GGUF_F32, 10000.0),
        gguf_pair("tokenizer.ggml.model", GGUF_STRING, "llama"),
        gguf_pair("tokenizer.ggml.tokens", GGUF_ARRAY, words, GGUF_STRING),
        gguf_pair("tokenizer.ggml.scores", GGUF_ARRAY, [float(-i) for i in range(WORDS)], GGUF_F32),
        gguf_pair("tokenizer.ggml.token_type", GGUF_ARRAY, [2, 3, 3] + [6] * 256 + [1] * (WORDS - 259), GGUF_I32),
        gguf_pair("tokenizer.ggml.bos_token_id", GGUF_U32, 1),
        gguf_pair("tokenizer.ggml.eos_token_id", GGUF_U32, 2),
    ]
    infos, at = [], 0
    for name, dims, kind, _ in gguf_tensors(layers):
        infos.append(gguf_string(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, at))
        at += (gguf_bytes(dims, kind) + 31) // 32 * 32
    with open(path, "wb") as file:
        file.write(struct.pack("<4sIQQ", b"GGUF", 3, len(infos), len(pairs)) + b"".join(pairs + infos))
        file.write(bytes(-file.tell() % 32))
        for *_, make in gguf_tensors(layers):
            file.write(make().tobytes())
            file.write(bytes(-file.tell() % 32))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--tokenizer", default=TINY)
    parser.add_argument("--gguf", action="store_true")
    args = parser.parse_args()
    if args.gguf:
        write_gguf(args.output, args.layers)
        return
    os.makedirs(args.output, exist_ok=True)
    write_safetensors(os.path.join(args.output, "model.safetensors"), args.layers)
    write_config(args.output, args.layers, args.tokenizer)


if __name__ == "__main__":
    main()
