"""NF4 checkpoints go both ways between the runtime and transformers with bitsandbytes."""

import os
import shutil
import tempfile
import unittest

import runtime_program
import torch_models
import torch  # noqa: I001  Behind what puts it on the path.
import transformers


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
    linears = [type(m).__name__ for m in peer.modules()]
    self.assertIn("Linear4bit", linears)
    ours = runtime_program.score(directory, rows, *options)
    self.assertLess(torch_models.largest_difference(ours, torch_models.score(peer, rows)), torch_models.TOLERANCE)

  def test_runtime_reads_what_transformers_wrote(self):
    llama = torch_models.write_llama(os.path.join(self.dir, "llama"))
    for model in (torch_models.TINY_PHI, llama):
      for double_quantized in (True, False):
        with self.subTest(model=model, double_quantized=double_quantized):
          write_nf4(model, self.checkpoint, torch.float32, double_quantized)
          self.expect_same(self.checkpoint)

  def test_runtime_rounds_as_transformers_where_asked(self):
    # Weights of a bf16 checkpoint are rounded to bf16 behind NF4.
    write_nf4(torch_models.TINY_PHI, self.checkpoint, torch.bfloat16)
    self.expect_same(self.checkpoint, "--quantization", "none")


if __name__ == "__main__":
  unittest.main()
