"""`python -m tests.sandbox story` tells the story."""

import sys

from tests.sandbox.story import tell

if sys.argv[1:] != ["story"]:
    sys.exit("usage: python -m tests.sandbox story")
sys.exit(tell())
