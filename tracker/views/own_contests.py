"""A participant contests what is recorded at a segment, and reads the answer."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.contests import ContestForm
from tracker.models import Segment
from tracker.services import contest_lists, contests, limits, participation, segments
from tracker.services.contest_lists import State

bp = Blueprint(
    "own_contests",
    __name__,
    url_prefix="/me/offerings/<code>/segments/<int:number>/contest",
)

HOUR = 3600


@bp.get("")
@access.participant
def ask(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the enrollment
    """Ask what is wrong with the record of a segment; show what was asked before."""
    return _show(_segment(number), ContestForm())


def _segment(number: int) -> Segment:
    return segments.get_segment(access.current_enrollment().offering, number)


def _show(segment: Segment, form: ContestForm, status: int = 200) -> Response:
    enrollment, now = access.current_enrollment(), clock.now()
    own = participation.read_programme(enrollment, now=now)
    days = [each for _, day in own.days for each in day]
    listed = [
        each
        for each in contest_lists.list_contests_of(enrollment)
        if each.segment == segment.number
    ]
    return web.page(
        "participant/contest.html",
        status,
        code=enrollment.offering.code,
        stock=enrollment.offering.stock,
        zone=own.zone,
        segment=next(each for each in days if each.number == segment.number),
        contests=listed,
        is_open=any(each.state is State.OPEN for each in listed),
        evaluation_is_due=own.evaluation_is_due,
        form=form,
        now=now,
    )


@bp.post("")
@access.participant
def contest(code: str, number: int) -> ResponseReturnValue:
    """Take the objection; the certificate waits for its answer."""
    segment, form = _segment(number), ContestForm()
    enrollment, now = access.current_enrollment(), clock.now()
    if not form.validate_on_submit():
        return _show(segment, form, 422)
    limits.spend(["contest", enrollment.public_id], HOUR, 20, now=now)
    db.session.commit()
    try:
        contests.contest(
            enrollment, segment, form.words.data, uid=form.uid.data, now=now
        )
    except InvalidError as error:
        form.explain(error)
        return _show(segment, form, 422)
    db.session.commit()
    flash("It is sent. A coordinator answers, and you get a mail then.", "ok")
    return redirect(url_for(".ask", code=code, number=number), 303)


@bp.post("/<contest>/withdraw")
@access.participant
def withdraw(code: str, number: int, contest: str) -> ResponseReturnValue:
    """Take an own objection back."""
    contests.withdraw(access.current_enrollment(), contest, now=clock.now())
    db.session.commit()
    flash("It is withdrawn.", "info")
    return redirect(url_for(".ask", code=code, number=number), 303)
