"""What a log may say of a fault: its kind and its place, never the values it met.

A traceback ends in the exception's own words, and those hold what it was given:
names, addresses, passes (trust.md, I19).
"""

import logging
import traceback
from collections.abc import Iterator

CAUSES = 5


def origins(error: BaseException | None) -> str:
    """Say from where a fault and its causes came."""
    return "".join(_origins(error))


def _origins(error: BaseException | None) -> Iterator[str]:
    for _ in range(CAUSES):
        if error is None:
            return
        yield from traceback.format_tb(error.__traceback__)
        yield f"{type(error).__name__}\n"
        error = error.__cause__ or error.__context__


class WithoutValues(logging.Filter):
    """Keeps out what others log: Flask gives some faults' tracebacks itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say a record's exception in our way, and the rest of it unchanged."""
        if record.exc_info:
            error = record.exc_info[1]
            record.msg = f"{type(error).__name__}\n{origins(error)}"
            record.args = ()
        record.exc_info = record.exc_text = None
        return True
