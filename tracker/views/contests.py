"""Coordinators read what participants contest, and answer it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.local_times import read_moment
from tracker.errors import InvalidError
from tracker.forms.contests import AnswerForm
from tracker.models import Contest, Enrollment
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import contest_lists, contests, records, schedules
from tracker.services.acts import Act, Why
from tracker.views import staff_page

bp = Blueprint("contests", __name__, url_prefix="/staff/offerings/<code>/contests")


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """List what is contested, the open ones first."""
    return staff_page.show(
        "coordinator/contests.html",
        section="People",
        contests=contest_lists.list_contests(access.current_offering()),
    )


@bp.get("/<contest>")
@access.staff(Role.COORDINATOR)
def ask(code: str, contest: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show one contest beside the facts that are recorded, and ask for an answer."""
    row, enrollment = contests.get_contest(access.current_offering(), contest)
    return _show(row, enrollment, AnswerForm())


def _show(
    row: Contest, enrollment: Enrollment, form: AnswerForm, status: int = 200
) -> Response:
    record = records.read_record(enrollment, now=clock.now())
    listed = next(each for each in record.contests if each.uid == row.public_id)
    return staff_page.show(
        "coordinator/contest.html",
        status,
        section="People",
        contest=listed,
        enrollment=enrollment,
        line=next((e for e in record.lines if e.number == listed.segment), None),
        form=form,
    )


@bp.post("/<contest>")
@access.staff(Role.COORDINATOR)
def answer(code: str, contest: str) -> ResponseReturnValue:
    """Answer a contest; the participant is told by mail that there is an answer."""
    row, enrollment = contests.get_contest(access.current_offering(), contest)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _show(row, enrollment, form, 422)
    try:
        _answer(row, form)
    except InvalidError as error:
        form.explain(error)
        return _show(row, enrollment, form, 422)
    db.session.commit()
    flash(f"{enrollment.person.name} is told that there is an answer.", "ok")
    return redirect(url_for(".index", code=code), 303)


def _answer(row: Contest, form: AnswerForm) -> None:
    words = form.words.data
    act = Act(
        why=Why(ReasonChip.OTHER, words),
        uid=form.uid.data,
        user=access.current_user(),
        now=clock.now(),
    )
    if form.decision.data == "refuse":
        contests.refuse(row, words, act=act)
    else:
        contests.grant(row, words, act=act, at=_moment(row, form))


def _moment(row: Contest, form: AnswerForm) -> datetime | None:
    """Return when the person is to be checked in; None where nothing is to be made.

    Raises:
        InvalidError: the other time is missing, or is no time in that zone.
    """
    offering = access.current_offering()
    if form.decision.data == "settled":
        return None
    if form.decision.data == "start":
        return schedules.schedule_of(offering).by_id[row.segment_id].starts_at
    try:
        return read_moment(form.at.data or "", ZoneInfo(offering.timezone))
    except ValueError as problem:
        raise InvalidError("No time.", {"at": f"The time {problem}."}) from problem
