"""The operator's own address: healthy only while the desk can work, and no private word in any answer."""

import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial

import pytest

from bot.web import ops, served


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def sick() -> None:
    raise RuntimeError("postgresql://desk:hunter2@db")


@pytest.mark.parametrize(("healthy", "path", "status", "said"), [
    (bool, "/health", 200, "ok\n"), (sick, "/health", 503, "not well: RuntimeError\n"),
    (bool, "/health/../etc", 404, "not here\n"), (sick, "/metrics", 200, "# TYPE "),
])  # fmt: skip
def test_health_says_what_is_and_no_more_until_it_is_stopped(
    healthy: Callable[[], object], path: str, status: int, said: str
) -> None:
    with served("127.0.0.1:0", partial(ops, healthy)) as port:
        found, body = ask(port, path)
    assert (found, said in body, "hunter2" in body) == (status, True, False)
    with pytest.raises(urllib.error.URLError, match="refused"):
        ask(port, path)
