"""Rosters: people's rows in a table that somebody exported from a spreadsheet.

Such files come in several encodings and with several separators; what is
meant is worked out from the file, and what is wrong is said by row and column,
counted as a spreadsheet shows them.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields

from tracker.domain.names import (
    clean_text,
    is_address,
    name_problem,
    normalise_address,
    text_problem,
)
from tracker.domain.suggestions import unknown

SEPARATORS = (",", ";", "\t")
MAXIMUM_BYTES = 32 * 1024 * 1024
MAXIMUM_ROWS = 100_000
LIMITS = {"agency": 200, "title": 200, "discipline": 80, "state": 80, "county": 80}


@dataclass(frozen=True)
class Entry:
    """One person as a roster or a form names them; an empty field says nothing."""

    name: str
    email: str
    agency: str = ""
    title: str = ""
    discipline: str = ""
    state: str = ""
    county: str = ""

    def tidied(self) -> "Entry":
        """Return it as it is stored: one line each, in NFC, with single spaces."""
        return Entry(*(clean_text(getattr(self, name)) for name in COLUMNS))

    def problems(self) -> Iterator[tuple[str, str]]:
        """Say what is wrong with a tidied entry, by column."""
        if problem := name_problem(self.name):
            yield "name", problem
        if not self.email:
            yield "email", "is missing"
        elif text_problem(self.email, 254) or not is_address(self.email):
            yield "email", "is not an e-mail address"
        for column, limit in LIMITS.items():
            if problem := text_problem(getattr(self, column), limit):
                yield column, problem


COLUMNS = tuple(each.name for each in fields(Entry))
NEEDED = ("name", "email")


@dataclass(frozen=True)
class Refusal:
    """Why a file is refused: the row from 1 with the header, and the column."""

    row: int | None
    column: str | None
    reason: str


class RosterError(ValueError):
    """A roster that cannot be accepted; carries every refusal, in order."""

    def __init__(self, refusals: list[Refusal]) -> None:
        """Keep the refusals."""
        super().__init__("the roster cannot be accepted")
        self.refusals = refusals


def read_roster(data: bytes) -> list[tuple[int, Entry]]:
    """Read a CSV file into entries with their row numbers.

    UTF-8 with or without a mark, UTF-16; commas, semicolons or tabs; columns in
    any order and any capitalisation; empty rows are skipped.

    Raises:
        RosterError: everything that must be mended.
    """
    text = _decode(data)
    rows = _rows(text, _separator(text))
    header = next(rows, None)
    if header is None:
        raise _refused("is empty: it needs a header with name and email")
    columns = _columns(header[1])
    entries: list[tuple[int, Entry]] = []
    refusals: list[Refusal] = []
    for number, cells in rows:
        entry = Entry(**_cells(columns, cells)).tidied()
        refusals += [Refusal(number, *problem) for problem in entry.problems()]
        refusals += _excess(number, len(columns), cells)
        entries.append((number, entry))
    refusals += _repeated(entries)
    if not entries:
        raise _refused("has a header but no people")
    if refusals:
        raise RosterError(sorted(refusals, key=lambda each: each.row or 0))
    return entries


def _refused(
    reason: str, row: int | None = None, column: str | None = None
) -> RosterError:
    return RosterError([Refusal(row, column, reason)])


def _decode(data: bytes) -> str:
    if len(data) > MAXIMUM_BYTES:
        raise _refused(f"is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB")
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1 if encoding == "utf-8-sig" else None
        reason = "is not UTF-8 or UTF-16 text; save it as “CSV UTF-8”"
        raise _refused(reason, row) from error


def _encoding(data: bytes) -> str:
    """Tell UTF-16 by its mark, or by the zero bytes that a header has in it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" else "utf-8-sig"


def _separator(text: str) -> str:
    """Choose what separates the header's names; a comma where there is but one name."""
    header = text.lstrip().partition("\n")[0]
    return max(SEPARATORS, key=header.count)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"is not readable as CSV: {error}"
            raise _refused(reason, number + 1) from error
        number += 1
        if number > MAXIMUM_ROWS:
            raise _refused(f"has more than {MAXIMUM_ROWS:,} rows")
        if any(cell.strip() for cell in cells):
            yield number, cells


def _columns(header: list[str]) -> list[str]:
    """Return the columns that the header names, in its order."""
    names = ["".join(name.split()).casefold().replace("-", "") for name in header]
    while names and not names[-1]:
        names.pop()
    refusals = [Refusal(1, None, f"the column “{name}” is missing")
                for name in NEEDED if name not in names]  # fmt: skip
    for place, name in enumerate(names):
        shown = clean_text(header[place]) or f"column {place + 1}"
        if name not in COLUMNS:
            refusals.append(Refusal(1, shown, unknown(name, COLUMNS)))
        elif name in names[:place]:
            refusals.append(Refusal(1, shown, "stands twice"))
    if refusals:
        raise RosterError(refusals)
    return names


def _cells(columns: list[str], cells: list[str]) -> dict[str, str]:
    padded = cells + [""] * (len(columns) - len(cells))
    return dict(zip(columns, padded, strict=False))


def _excess(number: int, count: int, cells: list[str]) -> list[Refusal]:
    if any(cell.strip() for cell in cells[count:]):
        return [Refusal(number, None, f"has more cells than the {count} columns")]
    return []


def _repeated(entries: list[tuple[int, Entry]]) -> Iterator[Refusal]:
    """An address names one person, however it is capitalised."""
    seen: dict[str, int] = {}
    for number, entry in entries:
        address = normalise_address(entry.email)
        first = seen.setdefault(address, number) if address else number
        if first != number:
            yield Refusal(number, "email", f"the same address stands in row {first}")
