"""Adapters go both ways between the runtime and PEFT: the same logits, the same tokens."""

import os
import shutil
import tempfile
import unittest

import runtime_program
import torch_models
import peft  # noqa: I001  Behind what puts it on the path.
import torch


def make_adapter(model_directory, directory, **config):
  """An adapter that PEFT made, with random numbers in both of its matrices."""
  torch.manual_seed(11)
  model = peft.get_peft_model(
      torch_models.load(model_directory),
      peft.LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, **config),
  )
  model.save_pretrained(directory)
  return model.eval()


class Adapters(unittest.TestCase):

  def setUp(self):
    self.dir = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    self.addCleanup(shutil.rmtree, self.dir)
    self.adapter = os.path.join(self.dir, "adapter")

  def expect_same(self, peer, model, adapter, *options):
    rows = torch_models.rows(seed=3)
    theirs = torch_models.score(peer, rows)
    ours = runtime_program.score(model, rows, "--adapter", adapter, *options)
    self.assertLess(torch_models.largest_difference(ours, theirs), torch_models.TOLERANCE)
    without = runtime_program.score(model, rows, *options)
    self.assertGreater(torch_models.largest_difference(without, theirs), 0.05, "the adapter does nothing")
    prompts = rows[:3]
    self.assertEqual(
        runtime_program.generate(model, prompts, 12, "--adapter", adapter, *options),
        torch_models.generate(peer, prompts, 12),
    )

  def test_peft_loads_what_the_runtime_tuned(self):
    model = torch_models.TINY_PHI
    runtime_program.run(
        "tune", "--config", f"{torch_models.DEMO_DATA}/training_config.yaml", "--model", model,
        "--data", f"{torch_models.DEMO_DATA}/acme-support.jsonl", "--output", self.adapter, "--max-steps", "30",
    )  # fmt: skip
    peer = peft.PeftModel.from_pretrained(torch_models.load(model), self.adapter).eval()
    self.expect_same(peer, model, self.adapter, "--quantization", "none")

  def test_runtime_loads_what_peft_wrote_for_phi3(self):
    peer = make_adapter(torch_models.TINY_PHI, self.adapter, r=8, lora_alpha=12, target_modules=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"])
    self.expect_same(peer, torch_models.TINY_PHI, self.adapter)

  def test_runtime_loads_what_peft_wrote_for_llama(self):
    model = torch_models.write_llama(os.path.join(self.dir, "llama"))
    for name, config in {
        "two linears": {"r": 4, "target_modules": ["q_proj", "v_proj"]},
        "all linears": {"r": 8, "target_modules": "all-linear", "use_rslora": True},
        "a pattern": {"r": 4, "target_modules": r".*\.1\.(self_attn\.k_proj|mlp\.up_proj)", "lora_alpha": 16},
        "ranks": {"r": 4, "target_modules": ["q_proj", "down_proj"], "rank_pattern": {"down_proj": 2}, "alpha_pattern": {"q_proj": 3}},
        "some layers": {"r": 4, "target_modules": ["gate_proj", "o_proj"], "layers_to_transform": [0]},
    }.items():
      with self.subTest(name):
        adapter = os.path.join(self.dir, name)
        self.expect_same(make_adapter(model, adapter, **config), model, adapter)

  def test_serving_answers_as_peft(self):
    model = torch_models.TINY_PHI
    peer = make_adapter(model, self.adapter, r=8, target_modules=["qkv_proj", "down_proj"])
    base = torch_models.load(model)
    prompts = torch_models.rows(seed=8, count=3)
    with runtime_program.Server("--model", model, "--adapter", "mine=" + self.adapter) as server:
      for name, expected in (("mine", peer), (os.path.basename(model), base)):
        for ids, wanted in zip(prompts, torch_models.generate(expected, prompts, 8)):
          answer = server.post("/v1/completions", {
              "model": name, "prompt": ids, "max_tokens": 8, "temperature": 0, "ignore_eos": True, "logprobs": 1,
          })  # fmt: skip
          logprobs = answer["choices"][0]["logprobs"]["token_logprobs"]
          scored = torch_models.score(expected, [ids + wanted])[0][-8:]
          self.assertLess(torch_models.largest_difference([logprobs], [scored]), torch_models.TOLERANCE)


if __name__ == "__main__":
  unittest.main()
