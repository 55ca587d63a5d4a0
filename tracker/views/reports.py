"""The grant report over a span of days: page, print and workbook."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from tracker import access, clock, web
from tracker.db import db
from tracker.domain.grant_reports import (
    GrantReport,
    calendar_year,
    fiscal_year,
    is_rating,
)
from tracker.errors import InvalidError
from tracker.forms.reports import AskedSpanForm, SpanForm
from tracker.services import audit, grant_reports, grant_tables

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

bp = Blueprint("reports", __name__, url_prefix="/staff/report")


@bp.get("")
@access.staff()
def index() -> ResponseReturnValue:
    """Report on the days asked for, or on the year that is going on."""
    is_asked = not request.args.keys().isdisjoint({"from", "to"})
    this_year = _as_asked(calendar_year(_today()))
    form = AskedSpanForm(request.args if is_asked else this_year)
    try:
        report = _read(form)
    except InvalidError as error:
        form.explain(error)
        return _show(form, None, 422)
    return _show(form, report)


def _today() -> date:
    return clock.now().date()


def _as_asked(span: tuple[date, date]) -> MultiDict[str, str]:
    first, last = span
    return MultiDict({"from": first.isoformat(), "to": last.isoformat()})


def _read(form: SpanForm) -> GrantReport:
    if not form.validate():
        raise InvalidError("Please check the days.")
    return grant_reports.read_report(
        access.current_user(), form.first.data, form.last.data, now=clock.now()
    )


def _show(form: SpanForm, report: GrantReport | None, status: int = 200) -> Response:
    return web.page(
        "coordinator/report.html",
        status,
        form=form,
        report=report,
        is_rating=is_rating,
        spans=_spans(report),
    )


def _spans(report: GrantReport | None) -> list[tuple[str, str, bool, None]]:
    """Return the years that are asked for most, as links."""
    today = _today()
    last_year = date(today.year - 1, today.month, 1)
    spans: dict[str, tuple[date, date]] = {
        f"{today.year}": calendar_year(today),
        f"{last_year.year}": calendar_year(last_year),
    }
    for day in (today, last_year):
        span = fiscal_year(day)
        spans[f"Fiscal year {span[1].year}"] = span
    shown = (report.first, report.last) if report else None
    return [
        (label, url_for(".index", **_query(span)), span == shown, None)
        for label, span in spans.items()
    ]


def _query(span: tuple[date, date]) -> dict[str, Any]:
    return dict(_as_asked(span))


@bp.post("/export")
@access.staff()
def export() -> ResponseReturnValue:
    """Give the report as a workbook; a POST, because it is logged."""
    form = SpanForm()
    try:
        report = _read(form)
    except InvalidError as error:
        form.explain(error)
        return _show(form, None, 422)
    actor = audit.actor_of(access.current_user())
    grant_reports.note_export(report, actor=actor, now=clock.now())
    db.session.commit()
    response = Response(grant_tables.report_xlsx(report), mimetype=XLSX)
    name = f"grant-report-{report.first}-{report.last}.xlsx"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
