"""Signed sheets: the code that names a printed list, and its rows as typed."""

import re
from collections.abc import Iterable

from tracker.domain import base32

ROWS_PER_PAGE = 22
CODE_SYMBOLS = 4
LONGEST_TYPED = 4_000
_PART = re.compile(r"(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?", re.ASCII)


def code_of(digest: bytes) -> str:
    """Return the code of a printed list: twenty bits of a digest and a check symbol.

    Short enough to be read off paper; it tells an offering's few lists apart.
    """
    payload = base32.encode(digest, CODE_SYMBOLS)
    return payload + base32.check_symbol(payload)


def read_code(text: str) -> str | None:
    """Return a typed code as it is stored; None where it cannot be one."""
    tidied = base32.tidy(text)[: CODE_SYMBOLS + 2]
    is_code = len(tidied) == CODE_SYMBOLS + 1 and base32.is_checked(tidied)
    return tidied if is_code else None


def page_of(number: int) -> int:
    """Return the page on which a row stands, both counted from 1."""
    return (number - 1) // ROWS_PER_PAGE + 1


def place_words(segment: int, code: str, number: int) -> str:
    """Name a row of a sheet, as a correction that rests on it says it."""
    return f"Sheet {segment}-{code}, page {page_of(number)}, row {number}"


def read_numbers(text: str, last: int) -> tuple[int, ...]:
    """Read rows as people type them: `7 8, 12-15`, each once and in order.

    Raises:
        ValueError: something is no number, or there is no such row; says which.
    """
    found: set[int] = set()
    for part in re.split(r"[\s,;]+", _tightened(text).strip()):
        if part:
            found.update(_rows_of(part, last))
    return tuple(sorted(found))


def _tightened(text: str) -> str:
    return re.sub(r"\s*[-–]\s*", "-", text[:LONGEST_TYPED])


def _rows_of(part: str, last: int) -> Iterable[int]:
    read = _PART.fullmatch(part)
    if read is None:
        raise ValueError(f"“{part[:20]}” is no row")
    first = int(read[1])
    end = int(read[2] or first)
    for number in (first, end):
        if not 1 <= number <= last:
            raise ValueError(f"there is no row {number}: the last one is {last}")
    if end < first:
        raise ValueError(f"“{part}” runs backwards")
    return range(first, end + 1)
