"""`python -m tests.sandbox story` tells the story, `… demo` opens the workspace in a browser."""

import sys

from tests.sandbox import demo, story

if sys.argv[1:] == ["story"]:
    sys.exit(story.tell())
if sys.argv[1:2] == ["demo"]:
    sys.exit(demo.main(*sys.argv[2:]))
sys.exit("usage: python -m tests.sandbox story | demo [when it began, in seconds since 1970]")
