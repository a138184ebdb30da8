"""`runtime merge` makes what PEFT's merge_and_unload makes."""

import os
import shutil
import tempfile
import unittest

import runtime_program
import torch_models
import peft  # noqa: I001  Behind what puts it on the path.
import safetensors.torch
import torch


class Merge(unittest.TestCase):

  def setUp(self):
    self.dir = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    self.addCleanup(shutil.rmtree, self.dir)

  def expect_same(self, model, **config):
    adapter, output = (os.path.join(self.dir, name + os.path.basename(model)) for name in ("adapter_", "merged_"))
    torch.manual_seed(2)
    peer = peft.get_peft_model(
        torch_models.load(model), peft.LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, **config)
    )
    peer.save_pretrained(adapter)
    merged = peer.merge_and_unload().to(torch.bfloat16)
    runtime_program.run("merge", "--model", model, "--adapter", adapter, "--output", output)

    ours = safetensors.torch.load_file(f"{output}/model.safetensors")
    theirs = merged.state_dict()
    self.assertLessEqual(ours.keys(), theirs.keys())
    for name, tensor in ours.items():
      self.assertEqual(tensor.dtype, torch.bfloat16)
      # A sum in another order may round to the neighbour, rarely.
      torch.testing.assert_close(tensor, theirs[name], rtol=2**-7, atol=1e-6)
      self.assertLess((tensor != theirs[name]).double().mean().item(), 0.001, name)
    rows = torch_models.rows(seed=6)
    loaded = torch_models.load(output)
    self.assertLess(
        torch_models.largest_difference(runtime_program.score(output, rows), torch_models.score(loaded, rows)),
        torch_models.TOLERANCE,
    )
    # The same model as PEFT's but for what bf16 rounded elsewhere.
    self.assertLess(torch_models.largest_difference(torch_models.score(merged.float(), rows), torch_models.score(loaded, rows)), 0.2)

  def test_phi3(self):
    self.expect_same(torch_models.TINY_PHI, r=8, lora_alpha=12, target_modules=["qkv_proj", "gate_up_proj", "down_proj"])

  def test_llama_in_f32(self):
    llama = torch_models.write_llama(os.path.join(self.dir, "llama"))
    self.expect_same(llama, r=4, target_modules=["q_proj", "v_proj", "down_proj"], use_rslora=True)


if __name__ == "__main__":
  unittest.main()
