"""Small models in PyTorch, and what they compute, for the tests with the real libraries."""

import os
import random
import shutil

import real_libraries  # noqa: F401  Before those below.
import torch
import transformers

transformers.utils.logging.set_verbosity_error()
torch.set_num_threads(1)

TINY_PHI = "examples/models/tiny-phi-3-instruct"
DEMO_DATA = "examples/demo-data"
VOCABULARY = 2048

# Of log-probabilities: both sides add up the same f32 products in different orders.
TOLERANCE = 1e-4


def rows(seed, count=6, longest=48):
  """Ids without meaning, of several lengths: no logit is easy."""
  chance = random.Random(seed)
  return [[chance.randrange(3, 2000) for _ in range(chance.randrange(4, longest))] for _ in range(count)]


def load(directory, **options):
  options.setdefault("dtype", torch.float32)
  return transformers.AutoModelForCausalLM.from_pretrained(directory, **options).eval()


def write_llama(directory):
  """Grouped keys, a head of its own, random weights; the tokenizer of the tiny model."""
  torch.manual_seed(5)
  config = transformers.LlamaConfig(
      vocab_size=VOCABULARY, hidden_size=64, intermediate_size=160, num_hidden_layers=2,
      num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256,
  )  # fmt: skip
  model = transformers.LlamaForCausalLM(config)
  with torch.no_grad():
    for parameter in model.parameters():
      if parameter.dim() == 2:  # The library's 0.02 gives nearly equal logits.
        parameter.normal_(std=0.12)
  model.save_pretrained(directory)
  copy_tokenizer(directory)
  return directory


def copy_tokenizer(directory):
  for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
    shutil.copyfile(os.path.join(TINY_PHI, name), os.path.join(directory, name))


@torch.inference_mode()
def score(model, ids_rows):
  """As runtime_program.score()."""
  scores = []
  for ids in ids_rows:
    logits = model(input_ids=torch.tensor([ids])).logits[0, :-1].double()
    all_scores = torch.log_softmax(logits, dim=-1)
    scores.append(all_scores.gather(1, torch.tensor(ids[1:])[:, None])[:, 0].tolist())
  return scores


@torch.inference_mode()
def generate(model, ids_rows, tokens):
  """As runtime_program.generate(): the argmax again and again, without a cache."""
  answers = []
  for ids in ids_rows:
    ids = list(ids)
    for _ in range(tokens):
      ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
    answers.append(ids[-tokens:])
  return answers


def largest_difference(ours, theirs):
  assert [len(row) for row in ours] == [len(row) for row in theirs]
  return max(abs(a - b) for row, other in zip(ours, theirs) for a, b in zip(row, other))
