"""Rosters: people's rows in a table that somebody exported from a spreadsheet."""

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
from tracker.domain.tables import Refusal, TableError, excess, read_table, refused

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


def read_roster(data: bytes) -> list[tuple[int, Entry]]:
    """Read a CSV file into entries with their row numbers.

    Columns come in any order and any capitalisation; empty rows are skipped.

    Raises:
        TableError: everything that must be mended.
    """
    rows = read_table(data)
    header = next(rows, None)
    if header is None:
        raise refused("is empty: it needs a header with name and email")
    columns = _columns(header[1])
    entries: list[tuple[int, Entry]] = []
    refusals: list[Refusal] = []
    for number, cells in rows:
        entry = Entry(**_cells(columns, cells)).tidied()
        refusals += [Refusal(number, *problem) for problem in entry.problems()]
        refusals += excess(number, len(columns), cells)
        entries.append((number, entry))
    refusals += _repeated(entries)
    if not entries:
        raise refused("has a header but no people")
    if refusals:
        raise TableError(refusals)
    return entries


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
        raise TableError(refusals)
    return names


def _cells(columns: list[str], cells: list[str]) -> dict[str, str]:
    padded = cells + [""] * (len(columns) - len(cells))
    return dict(zip(columns, padded, strict=False))


def _repeated(entries: list[tuple[int, Entry]]) -> Iterator[Refusal]:
    """An address names one person, however it is capitalised."""
    seen: dict[str, int] = {}
    for number, entry in entries:
        address = normalise_address(entry.email)
        first = seen.setdefault(address, number) if address else number
        if first != number:
            yield Refusal(number, "email", f"the same address stands in row {first}")
