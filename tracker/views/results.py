"""An offering's released results: page, print, and files for spreadsheets."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, charts, clock, problems
from tracker.db import db
from tracker.domain.evaluation import Kind
from tracker.domain.results import PartResult
from tracker.domain.tallies import LEAST
from tracker.errors import NotFoundError, TooFewError
from tracker.models.evaluation import Occasion
from tracker.models.staff import Role
from tracker.services import audit, result_tables, results
from tracker.services.results import OfferingResults
from tracker.views import staff_page
from tracker.views.staff_page import TEACHING

LABELS = {
    Occasion.EVALUATION: "Evaluation",
    Occasion.BEFORE: "Check before",
    Occasion.AFTER: "Check after",
    Occasion.FOLLOW_UP: "Follow-up",
}
# Kind of file: how it is written, and what it is.
EXPORTS: dict[str, tuple[Callable[[OfferingResults], str | bytes], str]] = {
    "csv": (result_tables.results_csv, "text/csv"),
    "xlsx": (
        result_tables.results_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}

bp = Blueprint("results", __name__, url_prefix="/staff/offerings/<code>")


@bp.get("/evaluation/results")
@access.staff(*TEACHING)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show what is released: to coordinators all, to instructors what is theirs."""
    offering, occasion = access.current_offering(), _wished_occasion(request.args)
    occasions = results.list_occasions(offering)
    if occasion not in occasions:
        return _show(
            occasions, occasion, 404, problem="This offering asks no such questions."
        )
    try:
        found = results.read_results(offering, occasion, access.current_user())
    except TooFewError as error:
        if problems.wants_problem():
            raise
        return _show(occasions, occasion, 409, problem=error.message)
    return _show(occasions, occasion, **_drawn(found))


def _wished_occasion(values: Any) -> Occasion:
    """Read which occasion is asked for; nonsense means the evaluation."""
    wished = values.get("occasion", "")
    return Occasion(wished) if wished in set(Occasion) else Occasion.EVALUATION


def _show(
    occasions: list[Occasion], occasion: Occasion, status: int = 200, **values: Any
) -> Response:
    code = access.current_offering().code
    is_coordinator = access.has_role(Role.COORDINATOR)
    address = partial(url_for, ".index", code=code)
    return staff_page.show(
        "coordinator/results.html",
        status,
        section="Evaluation",
        label=LABELS[occasion],
        occasion=occasion,
        least=LEAST,
        occasions=[
            (LABELS[each], address(occasion=each), each is occasion, None)
            for each in occasions
            if is_coordinator or each is Occasion.EVALUATION
        ],
        **values,
    )


def _drawn(found: OfferingResults) -> dict[str, Any]:
    """Return the page's values: the parts of the section asked for, and one scale."""
    parts = found.results.parts
    sections = {each.part.section.key: each.part.section.title for each in parts}
    wished = request.args.get("section", "")
    wished = wished if wished in sections else ""
    shown = [each for each in parts if wished in {"", each.part.section.key}]
    return {
        "found": found,
        "groups": [
            (title, list(group))
            for (_, title), group in groupby(shown, key=_section_of)
        ],
        "filters": _filters(found, sections, wished),
        "diverging": partial(charts.diverging, reach=charts.reach(_ratings(shown))),
        "has_ratings": bool(_ratings(shown)),
        "is_filtered": bool(wished),
    }


def _section_of(part: PartResult) -> tuple[str, str]:
    return part.part.section.key, part.part.section.title


def _filters(
    found: OfferingResults, sections: dict[str, str], wished: str
) -> list[tuple[str, str, bool, None]]:
    address = partial(url_for, ".index", code=found.code, occasion=found.occasion)
    named = [("All sections", "")] + [(title, key) for key, title in sections.items()]
    return [
        (title, address(section=key or None), key == wished, None)
        for title, key in named
    ]


def _ratings(parts: list[PartResult]) -> list[Mapping[int, int]]:
    """Return every rating's counts: all bars on a page share one scale."""
    return [
        {int(value): count for value, count in each.counts.items()}
        for part in parts
        for each in part.questions
        if each.is_shown and each.question.kind is Kind.RATING
    ]


@bp.post("/evaluation/results/export")
@access.staff(*TEACHING)
def export(code: str) -> ResponseReturnValue:
    """Give the results as a table; a POST, because it is logged."""
    kind = request.form.get("kind", "csv")
    if kind not in EXPORTS:
        raise NotFoundError
    write, mimetype = EXPORTS[kind]
    offering, user = access.current_offering(), access.current_user()
    found = results.read_results(offering, _wished_occasion(request.form), user)
    result_tables.note_export(
        found, offering, actor=audit.actor_of(user), now=clock.now()
    )
    db.session.commit()
    response = Response(write(found), mimetype=mimetype)
    name = f"{code}-{found.occasion}-results.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
