"""Rosters: people's rows in a table that somebody exported from a spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from tracker.domain.names import (
    clean_text,
    is_address,
    name_problem,
    normalise_address,
    text_problem,
)
from tracker.domain.suggestions import unknown
from tracker.domain.tables import (
    Refusal,
    Row,
    TableError,
    excess,
    read_table,
    refused,
)

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


# Headings that mean a column, as they are compared; the first that a file has is it.
GUESSES = {
    "name": "name fullname participant participantname attendee attendeename",
    "email": "email emailaddress workemail mail",
    "agency": "agency organization organisation employer department company",
    "title": "title jobtitle position rank",
    "discipline": "discipline profession role",
    "state": "state workstate",
    "county": "county workcounty",
}


def read_header(data: bytes) -> list[str]:
    """Return a file's headings.

    Raises:
        TableError: there is none that could be read.
    """
    return [clean_text(cell) for cell in _header(read_table(data))]


def _header(rows: Iterator[Row]) -> list[str]:
    header = next(rows, None)
    if header is None:
        raise refused("is empty: it needs a header with name and email")
    return header[1]


def likely_columns(header: list[str]) -> dict[str, str]:
    """Guess which heading is which column; a column without one is left out."""
    headings = {_folded(each): each for each in reversed(header) if each}
    found: dict[str, str] = {}
    for column, guesses in GUESSES.items():
        heading = next(
            (headings[one] for one in guesses.split() if one in headings), ""
        )
        if heading and heading not in found.values():
            found[column] = heading
    return found


def read_roster(
    data: bytes, headings: Mapping[str, str] | None = None
) -> list[tuple[int, Entry]]:
    """Read a CSV file into entries with their row numbers.

    Columns come in any order and any capitalisation; empty rows are skipped. With
    `headings`, which heading is which column, other columns are left unread; without,
    every column has to be one that is known.

    Raises:
        TableError: everything that must be mended.
    """
    rows = read_table(data)
    header = _header(rows)
    columns = _columns(header) if headings is None else _mapped(header, headings)
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


def _folded(heading: str) -> str:
    """Return a heading as it is compared: its letters and digits."""
    return "".join(filter(str.isalnum, clean_text(heading).casefold()))


def _columns(header: list[str]) -> Sequence[str | None]:
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


def _mapped(header: list[str], headings: Mapping[str, str]) -> Sequence[str | None]:
    """Return which column each heading is said to be; None for one left unread."""
    refusals = [
        Refusal(1, None, f"say which column holds the {name}")
        for name in NEEDED
        if not headings.get(name)
    ]
    cleaned = [clean_text(cell) for cell in header]
    columns: list[str | None] = [None] * len(header)
    for name, heading in headings.items():
        if not heading:
            continue
        places = [place for place, each in enumerate(cleaned) if each == heading]
        if len(places) != 1:
            problem = "stands twice" if places else unknown(heading, cleaned)
            refusals.append(Refusal(1, heading, problem))
        elif columns[places[0]] is not None:
            refusals.append(Refusal(1, heading, "is named for two columns"))
        else:
            columns[places[0]] = name
    if refusals:
        raise TableError(refusals)
    return columns


def _cells(columns: Sequence[str | None], cells: list[str]) -> dict[str, str]:
    padded = cells + [""] * (len(columns) - len(cells))
    found = dict.fromkeys(NEEDED, "")
    for name, cell in zip(columns, padded, strict=False):
        if name is not None:
            found[name] = cell
    return found


def _repeated(entries: list[tuple[int, Entry]]) -> Iterator[Refusal]:
    """An address names one person, however it is capitalised."""
    seen: dict[str, int] = {}
    for number, entry in entries:
        address = normalise_address(entry.email)
        first = seen.setdefault(address, number) if address else number
        if first != number:
            yield Refusal(number, "email", f"the same address stands in row {first}")
