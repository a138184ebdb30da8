"""Lets a test import PyTorch, transformers, PEFT, bitsandbytes and openai. Import first:

    import real_libraries  # Before torch and the others.

They lie where tools/peers/install.sh puts them, or in $KAITO_PEERS_PYTHONPATH. Where
they are missing the test fails and says what to run: --config=peers asks for them by name.
"""

import os
import pwd
import sys

DIRECTORY = os.environ.get("KAITO_PEERS_PYTHONPATH") or os.path.join(
    pwd.getpwuid(os.getuid()).pw_dir, ".cache/kaito/peers"
)

if not os.path.isdir(os.path.join(DIRECTORY, "torch")):
  sys.exit(f"no PyTorch in {DIRECTORY}: run tools/peers/install.sh, or set KAITO_PEERS_PYTHONPATH")
sys.path.insert(0, DIRECTORY)
# Nothing is to be looked up elsewhere, and no cache to be made in the home directory.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HOME"] = os.path.join(os.environ.get("TEST_TMPDIR", "/tmp"), "hf")
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
