"""Importing a module does nothing: no file written, no socket, no process, no thread, in an empty environment."""

import json
import subprocess
import sys

import pytest

from tests.house.files import MODULES, ROOT

# Runs in a fresh interpreter: names of modules as arguments, what they did as JSON on the way out.
PROBE = """
import importlib, json, os, sys, threading
done = []
ACTS = "socket.__new__ socket.connect socket.bind subprocess.Popen os.mkdir os.remove os.rename os.putenv".split()
def ours():  # and not what a library does when it is imported itself (urllib3 tries IPv6)
    frame = sys._getframe(2)
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_filename.startswith(os.getcwd()) and "site-packages" not in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False
def watch(event, arguments):
    writes = event == "open" and (
        any(letter in (arguments[1] or "") for letter in "wxa+") or arguments[2] & (os.O_WRONLY | os.O_RDWR)
    )
    if (event in ACTS or writes) and ours():
        done.append(f"{current}: {event} {arguments[0]!r}")
sys.dont_write_bytecode = True
current = ""
sys.addaudithook(watch)
for current in sys.argv[1:]:
    importlib.import_module(current)
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            done.append(f"{current}: thread {thread.name}")
print(json.dumps(done))
"""


def acts_on_import(*modules: str, path: str = str(ROOT)) -> list[str]:
    """What importing the modules did besides defining things."""
    command = [sys.executable, "-W", "error", "-c", PROBE, *modules]
    probe = subprocess.run(command, cwd=path, env={}, check=False, capture_output=True, text=True)
    assert probe.returncode == 0, probe.stderr
    return list(json.loads(probe.stdout))


def test_importing_any_module_does_nothing() -> None:
    assert {"bot", "bot.domain.order", "handlers"} <= set(MODULES)
    assert acts_on_import(*MODULES) == []


@pytest.mark.parametrize("act", [
    "open('here', 'w').close()", "import os; os.mkdir('here')", "import pathlib; pathlib.Path('here').write_text('')",
    "import tempfile; tempfile.mkdtemp(dir='.')", "import socket; socket.socket().close()",
    "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
])  # fmt: skip
def test_the_probe_sees_what_it_looks_for(act: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("probe")
    (folder / "rude.py").write_text(act)
    assert acts_on_import("rude", path=str(folder)) != []
