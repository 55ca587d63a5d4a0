"""Tables for spreadsheets: CSV and XLSX in which no cell is a formula or a link."""

import csv
import io
from collections.abc import Mapping, Sequence

from tracker.domain.spreadsheets import neutralised

Cell = str | int | float | bool
Table = Sequence[Sequence[Cell]]
"""Rows of cells; the first is the heading."""


def csv_text(table: Table) -> str:
    """Write a table as CSV; texts that could be formulas are neutralised."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in table:
        writer.writerow([neutralised(c) if isinstance(c, str) else c for c in row])
    return file.getvalue()


def xlsx_bytes(sheets: Mapping[str, Table]) -> bytes:
    """Write tables, each by its title, as the sheets of one workbook.

    Texts stay texts: nothing is taken for a formula or a link. The library is
    loaded here, because only this needs it.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - as said

    file = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, plain | {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True})
        for title, table in sheets.items():
            sheet = workbook.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            sheet.set_row(0, None, bold)
            for number, row in enumerate(table):
                for place, cell in enumerate(row):
                    sheet.write(number, place, cell)
            sheet.autofit()
    return file.getvalue()
