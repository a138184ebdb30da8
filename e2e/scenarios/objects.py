"""The objects that the scenarios apply."""

import base64
import json

PRESET = "tiny-phi-3-instruct"

# A few steps: enough to see a job run, store an adapter and be served.
_RECIPE = """training_config:
  QuantizationConfig:
    load_in_4bit: true
    bnb_4bit_quant_type: "nf4"
    bnb_4bit_use_double_quant: true
  LoraConfig:
    r: 8
    lora_alpha: 16
    lora_dropout: 0.0
    target_modules: ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
  TrainingArguments:
    output_dir: "/mnt/results"
    save_strategy: "steps"
    save_steps: {save_steps}
    seed: 1
    max_steps: {steps}
    per_device_train_batch_size: {batch}
    learning_rate: 1.0e-3
    lr_scheduler_type: "constant"
    optim: "adamw_torch"
    assistant_only_loss: true
    max_length: 256
  DatasetConfig:
    shuffle_dataset: true
    train_test_split: 1
  DataCollator:
    mlm: false
"""


def recipe(name, steps=4, save_steps=1000, batch=8):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"training_config.yaml": _RECIPE.format(steps=steps, save_steps=save_steps, batch=batch)},
    }


def push_secret(name, registry, user="", password=""):
    auth = {}
    if user:
        auth["auth"] = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": json.dumps({"auths": {registry: auth}})},
    }


def _workspace(name, annotations=(), **sections):
    return {
        "apiVersion": "kaito.sh/v1alpha1",
        "kind": "Workspace",
        "metadata": {"name": name, "annotations": dict(annotations)},
        "resource": {"instanceType": "Standard_NC6s_v3", "labelSelector": {"matchLabels": {"app": name}}},
        **sections,
    }


def tuning(name, url, image, config, secret, preset=PRESET, annotations=()):
    return _workspace(
        name,
        annotations,
        tuning={
            "preset": {"name": preset},
            "method": "qlora",
            "config": config,
            "input": {"urls": [url]},
            "output": {"image": image, "imagePushSecret": secret},
        },
    )


def inference(name, preset=PRESET, adapters=()):
    section = {"preset": {"name": preset}}
    if adapters:
        section["adapters"] = [
            {"source": {"name": adapter, "image": image, "imagePullSecrets": [secret]}, "strength": "1.0"}
            for adapter, image, secret in adapters
        ]
    return _workspace(name, inference=section)
