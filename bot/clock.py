"""The one place that reads the system's clock and makes ids."""

import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LETTERS = "abcdefghijklmnopqrstuvwxyz23456789"
_FARTHEST = 100 * 365 * 86_400  # a century: beyond it dates run out


class SystemClock:
    """`bot.ports.Clock`, moved by the seconds that stand in a file, where there is one.

    The file is read at each call. ValueError at the start when it cannot be; later on the last good value stays.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._file = offset_file
        self._offset = timedelta()
        if offset_file is not None:
            try:
                self._offset = _offset(offset_file)
            except (OSError, ValueError) as error:
                raise ValueError(f"no number of seconds in the clock's offset file {offset_file}") from error

    def now(self) -> datetime:
        """The present business time, aware, UTC."""
        if self._file is not None:
            with suppress(OSError, ValueError):  # somebody may be writing it just now
                self._offset = _offset(self._file)
        return datetime.now(UTC) + self._offset


def _offset(file: Path) -> timedelta:
    seconds = float(file.read_text(encoding="ascii"))
    if not abs(seconds) <= _FARTHEST:  # nan is no number of seconds either
        raise ValueError(seconds)
    return timedelta(seconds=seconds)


class RandomIds:
    """`bot.ports.Ids` from the system's own randomness."""

    def new(self, prefix: str) -> str:
        """A new id such as `o-k3v9x2mq`."""
        return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}"
