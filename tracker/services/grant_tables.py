"""The grant report as a workbook: the page's figures, and no others."""

from collections.abc import Sequence

from tracker.domain.grant_reports import GrantReport, Line
from tracker.services.workbooks import Cell, xlsx_bytes

Row = list[Cell]


def report_xlsx(report: GrantReport) -> bytes:
    """Write the report: a summary, then a sheet for each of its tables."""
    heads = report.heads
    return xlsx_bytes(
        {
            "Summary": _summary(report),
            "Offerings": _seats_table("offering", heads.offerings),
            "Disciplines": _people_table("discipline", heads.disciplines),
            "States": _people_table("state", heads.states),
            "Satisfaction": _satisfaction(report),
        }
    )


def _summary(report: GrantReport) -> list[Row]:
    total, gain, favourable = report.heads.total, report.gain, report.favourable
    rows: list[Row] = [
        ["figure", "value"],
        ["first day", report.first.isoformat()],
        ["last day", report.last.isoformat()],
        ["offerings", report.offering_count],
        ["people", total.people],
        ["seats", total.seats],
        ["hours", total.hours],
        ["favourable ratings %", "" if favourable is None else round(100 * favourable)],
    ]
    for what, known in (
        ("before", gain and gain.before),
        ("after", gain and gain.after),
    ):
        rows.append(
            [f"right answers {what} %", round(100 * known.share) if known else ""]
        )
    return rows


def _seats_table(what: str, lines: Sequence[Line]) -> list[Row]:
    rows: list[Row] = [[what, "seats", "hours"]]
    rows += ([each.label, each.seats, each.hours] for each in lines)
    return rows


def _people_table(what: str, lines: Sequence[Line]) -> list[Row]:
    rows: list[Row] = [[what, "people", "hours"]]
    rows += ([each.label, each.people, each.hours] for each in lines)
    return rows


def _satisfaction(report: GrantReport) -> list[Row]:
    rows: list[Row] = [["question", "answers", "mean", "favourable %"]]
    rows += (
        [x.question.text, x.answered, round(x.mean, 2), round(100 * x.share)]
        for x in report.satisfaction
    )
    return rows
