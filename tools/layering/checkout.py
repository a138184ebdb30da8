"""ROOT: the checkout that the running test belongs to.

Tests that look at the sources themselves find them through a link in their runfiles:
no list of files has to name a new package before it is checked.
"""

import os

ROOT = os.path.dirname(os.path.realpath("WORKSPACE"))
