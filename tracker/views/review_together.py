"""Many applications decided at once, after a page that says what would happen."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.reviewing import NoteForm, read_ticked
from tracker.models import Application
from tracker.models.staff import Role
from tracker.services import decision_mails, decisions, reviews
from tracker.services.decisions import Prospect
from tracker.views import staff_page
from tracker.views.review import here, note_form, read_wish, step_of, taken_by

bp = Blueprint(
    "review_together", __name__, url_prefix="/staff/offerings/<code>/applications"
)


@bp.get("/together/<decision>")
@access.staff(Role.COORDINATOR)
def ask(code: str, decision: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say of each that is ticked what would happen, and of whom nothing, and why."""
    form = note_form(decision)
    try:
        rows = _load(request.args)
    except InvalidError as error:
        return _back(error)
    return _show(rows, decision, form)


def _load(sent: MultiDict[str, str]) -> list[Application]:
    uids = read_ticked(sent)
    offering = access.current_offering()
    return reviews.load_many(offering, reviews.read_lines(offering), uids)


def _back(error: InvalidError) -> ResponseReturnValue:
    flash(error.message, "warning")
    return redirect(url_for("review.index", **here(read_wish())), 303)


def _show(
    rows: list[Application], decision: str, form: NoteForm, status: int = 200
) -> Response:
    step = step_of(decision)
    prospects = decisions.foresee(
        access.current_offering(), rows, step, access.current_user()
    )
    possible = [each.application for each in prospects if each.problem is None]
    letter = (
        decision_mails.write(possible[0], step, form.note.data or "", now=clock.now())
        if possible
        else None
    )
    return _page(_rows(prospects), decision, status, form=form, letter=letter)


def _rows(prospects: list[Prospect]) -> list[tuple[str, str, str, str | None]]:
    """Return id, name and agency of each, and why nothing happens to it."""
    return [
        (
            each.application.public_id,
            each.application.details.get("name") or each.application.person.name,
            each.application.details.get("agency") or "",
            each.problem,
        )
        for each in prospects
    ]


def _page(
    rows: list[tuple[str, str, str, str | None]],
    decision: str,
    status: int = 200,
    **context: object,
) -> Response:
    return staff_page.show(
        "coordinator/applications_together.html",
        status,
        section="Applications",
        rows=rows,
        count=sum(problem is None for *_, problem in rows),
        decision=decision,
        here=here(read_wish()),
        **context,
    )


@bp.post("/together/<decision>")
@access.staff(Role.COORDINATOR)
def decide(code: str, decision: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Decide those that can be, in one transaction, and say what became of each."""
    form, step = note_form(decision), step_of(decision)
    try:
        rows = _load(request.form)
    except InvalidError as error:
        return _back(error)
    if not form.validate_on_submit():
        return _show(rows, decision, form, 422)
    if "look" in request.form:
        return _show(rows, decision, form)
    try:
        done = decisions.decide_many(
            access.current_offering(), rows, step, taken_by(form)
        )
    except InvalidError as error:
        form.explain(error)
        return _show(rows, decision, form, 422)
    said = _rows(done)
    db.session.commit()
    return _page(said, decision, is_done=True)
