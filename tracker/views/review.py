"""Coordinators review the applications for an offering: a list, and each in full."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain import reviewing
from tracker.domain.admissions import Step, may
from tracker.domain.reviewing import Group, Line, Wish
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.forms.reviewing import NoteForm
from tracker.models import Application
from tracker.models.staff import Role
from tracker.services import (
    applications,
    decision_mails,
    decisions,
    earlier_offerings,
    reviews,
    seats,
)
from tracker.services.applications import Taken
from tracker.views import staff_page
from tracker.views.instructor import LONGEST_SEARCH, wished_page

PAGE_SIZE = 50
EVERYTHING = "all"
DECISIONS = {
    "accept": Step.ACCEPTED,
    "waitlist": Step.WAITLISTED,
    "decline": Step.DECLINED,
    "ask": Step.ASKED,
}
DONE = {
    Step.ACCEPTED: "Accepted.",
    Step.WAITLISTED: "On the waitlist.",
    Step.DECLINED: "Declined.",
    Step.ASKED: "Asked.",
}

bp = Blueprint("review", __name__, url_prefix="/staff/offerings/<code>/applications")


def read_wish() -> Wish:
    """Read the filters of an address; nonsense filters nothing."""
    wanted = request.args.get("status", "")
    groups = {each.value: each for each in Group}
    return Wish(
        group=None if wanted == EVERYTHING else groups.get(wanted, Group.TO_DECIDE),
        mark=request.args.get("finding", "")[:40],
        discipline=request.args.get("discipline", "")[:80],
        search=request.args.get("q", "")[:LONGEST_SEARCH],
    )


def here(wish: Wish) -> dict[str, Any]:
    """Return what keeps the filters in an address."""
    return {
        "code": access.current_offering().code,
        "status": wish.group.value if wish.group else EVERYTHING,
        "finding": wish.mark or None,
        "discipline": wish.discipline or None,
        "q": wish.search or None,
    }


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """List the applications with their findings, filtered and counted."""
    offering, wish = access.current_offering(), read_wish()
    lines = reviews.read_lines(offering)
    found = reviewing.choose(lines, wish)
    last_page = max(-(-len(found) // PAGE_SIZE), 1)
    page = min(wished_page(), last_page)
    return staff_page.show(
        "coordinator/applications.html",
        section="Applications",
        lines=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        found_count=len(found),
        any_count=len(lines),
        tally=reviewing.tally(lines, wish),
        seats=seats.occupancy_of(offering),
        wish=wish,
        here=here(wish),
        page=page,
        last_page=last_page,
    )


@bp.get("/<application>")
@access.staff(Role.COORDINATOR)
def show(code: str, application: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show one application: what was said, what speaks for it, what happened."""
    offering, row, wish = access.current_offering(), _load(application), read_wish()
    lines = reviews.read_lines(offering)
    before, after = reviewing.neighbours(lines, wish, row.public_id)
    return staff_page.show(
        "coordinator/application.html",
        section="Applications",
        line=_line_of(lines, row),
        who=row.person.public_id,
        review=reviews.read_review(row, lines),
        earlier=earlier_offerings.list_earlier(
            row.person, offering, access.current_user(), now=clock.now()
        ),
        enrollment=row.enrollment.public_id if row.enrollment else None,
        has_prerequisite=offering.course.prerequisite_id and row.ended_at is None,
        confirm_by=row.confirm_by,
        possible=[name for name, step in DECISIONS.items() if may(row.status, step)],
        before=before,
        after=after,
        here=here(wish),
    )


def _load(uid: str) -> Application:
    return applications.get_of(access.current_offering(), uid)


def _line_of(lines: list[Line], row: Application) -> Line:
    return next(each for each in lines if each.uid == row.public_id)


@bp.get("/<application>/<decision>")
@access.staff(Role.COORDINATOR)
def ask(code: str, application: str, decision: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask before a decision is made, beside the mail that it sends."""
    return _show_decision(_load(application), decision, note_form(decision))


def step_of(decision: str) -> Step:
    """Return what a decision in an address means.

    Raises:
        NotFoundError: it is none.
    """
    if decision not in DECISIONS:
        raise NotFoundError
    return DECISIONS[decision]


def note_form(decision: str) -> NoteForm:
    """Return the form of a decision; a question must have words."""
    form, step = NoteForm(), step_of(decision)
    if step is Step.ASKED:
        form.note.label.text = "What you want to know"
        form.note.flags.required = True
    elif step is Step.ACCEPTED:
        form.note.description = "It is read beside the application, not in the mail."
    return form


def _show_decision(
    row: Application, decision: str, form: NoteForm, status: int = 200
) -> Response:
    offering, step, wish = access.current_offering(), step_of(decision), read_wish()
    (prospect,) = decisions.foresee(offering, [row], step, access.current_user())
    return staff_page.show(
        "coordinator/application_decision.html",
        status,
        section="Applications",
        application=row.public_id,
        name=row.details.get("name") or row.person.name,
        decision=decision,
        problem=prospect.problem,
        letter=decision_mails.write(row, step, form.note.data or "", now=clock.now()),
        form=form,
        here=here(wish),
    )


@bp.post("/<application>/<decision>")
@access.staff(Role.COORDINATOR)
def decide(code: str, application: str, decision: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Decide an application and go on to the next; or show the mail with the note."""
    row, form, wish = _load(application), note_form(decision), read_wish()
    if not form.validate_on_submit():
        return _show_decision(row, decision, form, 422)
    if "look" in request.form:
        return _show_decision(row, decision, form)
    lines = reviews.read_lines(access.current_offering())
    _, after = reviewing.neighbours(lines, wish, row.public_id)
    try:
        decisions.decide(row, step_of(decision), taken_by(form))
    except InvalidError as error:
        form.explain(error)
        return _show_decision(row, decision, form, 422)
    except ConflictError:
        return _show_decision(row, decision, form, 409)
    db.session.commit()
    flash(f"{DONE[step_of(decision)]} The applicant is told by mail.", "ok")
    if after is None:
        return redirect(url_for(".index", **here(wish)), 303)
    return redirect(url_for(".show", application=after, **here(wish)), 303)


def taken_by(form: NoteForm) -> Taken:
    """Return who decides, when and why."""
    return Taken(
        now=clock.now(),
        user=access.current_user(),
        uid=form.uid.data,
        note=form.note.data or "",
    )
