"""Tables that somebody exported as CSV, from a spreadsheet or another system.

Such files come in several encodings and with several separators; what is
meant is worked out from the file, and what is wrong is said by row and column,
counted as a spreadsheet shows them.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t")
MAXIMUM_BYTES = 32 * 1024 * 1024
MAXIMUM_ROWS = 100_000
Row = tuple[int, list[str]]
"""A row's number, from 1 with the header, and its cells."""


@dataclass(frozen=True)
class Refusal:
    """Why a file is refused: the row from 1 with the header, and the column."""

    row: int | None
    column: str | None
    reason: str


class TableError(ValueError):
    """A table that cannot be accepted; carries every refusal, in order."""

    def __init__(self, refusals: list[Refusal]) -> None:
        """Keep the refusals."""
        super().__init__("the table cannot be accepted")
        self.refusals = sorted(refusals, key=lambda each: each.row or 0)


def read_table(data: bytes) -> Iterator[Row]:
    """Read a CSV file's rows that hold anything, the header's first.

    UTF-8 with or without a mark, UTF-16; commas, semicolons or tabs.

    Raises:
        TableError: it is too large, or is no text, or no CSV.
    """
    text = _decode(data)
    return _rows(text, _separator(text))


def refused(
    reason: str, row: int | None = None, column: str | None = None
) -> TableError:
    """Make the error for one single reason."""
    return TableError([Refusal(row, column, reason)])


def excess(number: int, count: int, cells: list[str]) -> list[Refusal]:
    """Refuse a row that has more cells than the header."""
    if any(cell.strip() for cell in cells[count:]):
        return [Refusal(number, None, f"has more cells than the {count} columns")]
    return []


def _decode(data: bytes) -> str:
    if len(data) > MAXIMUM_BYTES:
        raise refused(f"is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB")
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1 if encoding == "utf-8-sig" else None
        reason = "is not UTF-8 or UTF-16 text; save it as “CSV UTF-8”"
        raise refused(reason, row) from error


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


def _rows(text: str, separator: str) -> Iterator[Row]:
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
            raise refused(reason, number + 1) from error
        number += 1
        if number > MAXIMUM_ROWS:
            raise refused(f"has more than {MAXIMUM_ROWS:,} rows")
        if any(cell.strip() for cell in cells):
            yield number, cells
