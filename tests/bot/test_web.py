"""The operator's own address: healthy only while the desk can work, and no private word in any answer."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from bot.web import Ops


def ask(ops: Ops, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{ops.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def sick() -> None:
    raise RuntimeError("postgresql://desk:hunter2@db")


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[], object]], Ops]]:
    started: list[Ops] = []

    def start(healthy: Callable[[], object]) -> Ops:
        ops = Ops("127.0.0.1:0", healthy)
        ops.start()
        started.append(ops)
        return ops

    yield start
    for ops in started:
        ops.stop()


@pytest.mark.parametrize(("healthy", "path", "answer"), [
    (bool, "/health", (200, "ok\n")), (sick, "/health", (503, "not well: RuntimeError\n")),
    (bool, "/", (404, "not here\n")), (bool, "/health/../etc", (404, "not here\n")),
])  # fmt: skip
def test_health_says_what_is_and_no_more(
    serve: Callable[[Callable[[], object]], Ops], healthy: Callable[[], object], path: str, answer: tuple[int, str]
) -> None:
    assert ask(serve(healthy), path) == answer


def test_metrics_are_in_prometheus_words_even_while_it_is_sick(serve: Callable[[Callable[[], object]], Ops]) -> None:
    status, body = ask(serve(sick), "/metrics")
    assert (status, "# TYPE " in body) == (200, True)


def test_once_stopped_it_answers_no_more() -> None:
    ops = Ops("127.0.0.1:0", bool)
    ops.start()
    port = ops.port
    ops.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10)
