"""Runs the runtime's program for the tests with the real libraries."""

import json
import os
import re
import subprocess
import urllib.request

RUNTIME = os.path.abspath("kaito/runtime/runtime")


def run(*args, lines=None):
  """Standard output; lines go in as JSON. Raises with standard error where it ended badly."""
  text = None if lines is None else "".join(json.dumps(line) + "\n" for line in lines)
  done = subprocess.run([RUNTIME, *args], input=text, capture_output=True, text=True, check=False)
  if done.returncode != 0:
    raise AssertionError(f"runtime {' '.join(args)}: exit {done.returncode}\n{done.stderr}")
  return done.stdout


def _lines(command, model, lines, options):
  out = [json.loads(line) for line in run(command, "--model", model, "--input", "-", *options, lines=lines).splitlines()]
  for line in out:
    if "error" in line:
      raise AssertionError(line["error"])
  return out


def score(model, rows, *options):
  """Log-probabilities of each row's ids but the first."""
  return [line["logprobs"][1:] for line in _lines("score", model, [{"ids": ids} for ids in rows], options)]


def generate(model, rows, tokens, *options):
  """The ids that greedily follow each row."""
  options = ("--max-tokens", str(tokens), "--ignore-eos", *options)
  return [line["ids"] for line in _lines("generate", model, [{"ids": ids} for ids in rows], options)]


class Server:
  """`runtime serve` on a port of its own, until the end of the `with`; `url` is its root."""

  def __init__(self, *options):
    self.options = options

  def __enter__(self):
    argv = [RUNTIME, "serve", "--address", "127.0.0.1:0", *self.options]
    self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = []
    for line in self.process.stderr:
      said.append(line)
      if match := re.search(r"msg=serving .*address=([0-9.]+:\d+)", line):
        self.url = "http://" + match[1]
        return self
    raise AssertionError("runtime serve ended: " + "".join(said))

  def __exit__(self, *_):
    self.process.terminate()
    self.process.communicate()

  def post(self, path, body):
    request = urllib.request.Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
      return json.load(answer)
