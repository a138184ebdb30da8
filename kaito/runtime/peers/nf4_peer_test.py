"""NF4 checkpoints go both ways between the runtime and transformers with bitsandbytes."""

import json
import os
import shutil
import tempfile
import unittest

import runtime_program
import torch_models
import safetensors.torch  # noqa: I001  Behind what puts it on the path.
import torch
import transformers

LARGEST_SHARE_OF_OTHER_CODES = 0.001


def write_nf4(model_directory, directory, dtype, double_quantized=True):
  """As a user of transformers would."""
  config = transformers.BitsAndBytesConfig(
      load_in_4bit=True,
      bnb_4bit_quant_type="nf4",
      bnb_4bit_use_double_quant=double_quantized,
      bnb_4bit_compute_dtype=torch.float32,
  )
  model = torch_models.load(model_directory, dtype=dtype, quantization_config=config, device_map={"": "cpu"})
  model.save_pretrained(directory)
  torch_models.copy_tokenizer(directory)


class Nf4(unittest.TestCase):

  def setUp(self):
    self.dir = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    self.addCleanup(shutil.rmtree, self.dir)
    self.checkpoint = os.path.join(self.dir, "nf4")

  def expect_same(self, directory, *options):
    rows = torch_models.rows(seed=4)
    peer = torch_models.load(directory, device_map={"": "cpu"})
    linears = [module for module in peer.modules() if type(module).__name__ == "Linear4bit"]
    self.assertTrue(linears)
    for linear in linears:
      linear.compute_dtype = torch.float32  # Whatever the file asks for.
      linear.compute_type_is_set = True
    ours = runtime_program.score(directory, rows, *options)
    self.assertLess(torch_models.largest_difference(ours, torch_models.score(peer, rows)), torch_models.TOLERANCE)

  def test_runtime_reads_what_transformers_wrote(self):
    llama = torch_models.write_llama(os.path.join(self.dir, "llama"))
    for model in (torch_models.TINY_PHI, llama):
      for double_quantized in (True, False):
        with self.subTest(model=model, double_quantized=double_quantized):
          write_nf4(model, self.checkpoint, torch.float32, double_quantized)
          self.expect_same(self.checkpoint)

  def test_transformers_loads_what_the_runtime_quantised(self):
    llama = torch_models.write_llama(os.path.join(self.dir, "llama"))
    for model, dtype in ((torch_models.TINY_PHI, torch.bfloat16), (llama, torch.float32)):
      with self.subTest(model=model):
        theirs = os.path.join(self.dir, "theirs")
        write_nf4(model, theirs, dtype)
        ours = os.path.join(self.dir, "ours_" + os.path.basename(model))
        runtime_program.run("quantize", "--model", model, "--output", ours)
        self.expect_same_tensors(ours, theirs)
        # Not rounded to bf16 by the products, so that sums can be compared.
        self.expect_same(ours, "--quantization", "none")

  def expect_same_tensors(self, ours, theirs):
    ours, theirs = (safetensors.torch.load_file(f"{directory}/model.safetensors") for directory in (ours, theirs))
    self.assertEqual(ours.keys(), theirs.keys())
    for name, tensor in theirs.items():
      if "quant_state" in name:
        state, expected = (json.loads(bytes(t.tolist())) for t in (ours[name], tensor))
        self.assertAlmostEqual(state.pop("nested_offset"), expected.pop("nested_offset"), delta=1e-7)
        self.assertEqual(state, expected)
        continue
      self.assertEqual((ours[name].dtype, ours[name].shape), (tensor.dtype, tensor.shape), name)
      if name.endswith("nested_quant_map"):
        # bitsandbytes' code for CPUs overwrites the least number, -0.993, by -1; that
        # for GPUs does not.
        tensor[0] = ours[name][0]
        torch.testing.assert_close(ours[name], tensor, rtol=0, atol=0)
      elif name.endswith("nested_absmax"):
        torch.testing.assert_close(ours[name], tensor, rtol=1e-6, atol=0)
      else:
        # So a scale next to it has another code, and ties may go elsewhere.
        different = (ours[name] != tensor).double().mean().item()
        self.assertLess(different, LARGEST_SHARE_OF_OTHER_CODES, name)

  def test_runtime_rounds_as_transformers_where_asked(self):
    # Weights of a bf16 checkpoint are rounded to bf16 behind NF4.
    write_nf4(torch_models.TINY_PHI, self.checkpoint, torch.bfloat16)
    self.expect_same(self.checkpoint, "--quantization", "none")


if __name__ == "__main__":
  unittest.main()
