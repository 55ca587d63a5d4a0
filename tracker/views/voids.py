"""A coordinator takes attendance and corrections out of account, asked twice."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue

from tracker import access
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.attendance import VoidForm
from tracker.models import Certificate, Correction, Enrollment, Segment
from tracker.models.staff import Role
from tracker.services import corrections, histories, segments, stakes, voids
from tracker.views import staff_page
from tracker.views.corrections import act_of, load, to_person

bp = Blueprint("voids", __name__, url_prefix="/staff/offerings/<code>/people/<person>")

# Taking check-ins out of account. Where a certificate rests on them, the first
# POST only names it; the second one, which carries its serial, acts.


@bp.get("/segments/<int:number>/void")
@access.staff(Role.COORDINATOR)
def ask_void(code: str, person: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask why somebody's check-ins at a segment are to be taken out of account."""
    enrollment = load(person)
    segment = segments.get_segment(access.current_offering(), number)
    stake = stakes.at_stake_by_void(enrollment, segment)
    return _show_void(enrollment, segment, VoidForm(), stake)


def _show_void(
    enrollment: Enrollment,
    segment: Segment,
    form: VoidForm,
    stake: Certificate | None,
    **context: object,
) -> Response:
    context |= {"enrollment": enrollment, "segment": segment}
    context["statements"] = stakes.statements_at_stake(enrollment, segment.id)
    return _show_taking("coordinator/void.html", form, stake, **context)


def _show_taking(
    template: str, form: VoidForm, stake: Certificate | None, **context: object
) -> Response:
    status = 422 if form.errors else 200
    return staff_page.show(
        template, status, section="People", form=form, stake=stake, **context
    )


@bp.post("/segments/<int:number>/void")
@access.staff(Role.COORDINATOR)
def void(code: str, person: str, number: int) -> ResponseReturnValue:
    """Take every check-in of somebody at a segment out of account."""
    enrollment, form = load(person), VoidForm()
    segment = segments.get_segment(access.current_offering(), number)
    stake = stakes.at_stake_by_void(enrollment, segment)
    return _take(
        form,
        stake,
        show=partial(_show_void, enrollment, segment, form, stake),
        take=partial(voids.void_attendance, enrollment, segment),
        said=f"What was recorded at segment {number} no longer counts.",
    ) or to_person(code, person)


def _take(
    form: VoidForm,
    stake: Certificate | None,
    *,
    show: Callable[..., Response],
    take: Callable[..., Certificate | None],
    said: str,
) -> Response | None:
    """Take something away once the form is whole and names what it revokes.

    Returns:
        The page that asks again; None where it is done.
    """
    if not form.validate_on_submit():
        return show()
    if stake and form.revokes.data != stake.serial:
        return show(is_second=True)
    try:
        revoked = take(act=act_of(form))
    except InvalidError as error:
        form.explain(error)
        return show()
    db.session.commit()
    _say(said, revoked)
    return None


def _say(sentence: str, revoked: Certificate | None) -> None:
    if revoked:
        sentence += f" Certificate {revoked.serial} is revoked."
    flash(sentence, "warning" if revoked else "ok")


@bp.get("/corrections/<correction>/remove")
@access.staff(Role.COORDINATOR)
def ask_removal(code: str, person: str, correction: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask why a correction is to be taken back."""
    enrollment = load(person)
    found = corrections.get_correction(enrollment, correction)
    stake = stakes.at_stake_by_removal(enrollment, found)
    return _show_removal(enrollment, found, VoidForm(), stake)


def _show_removal(
    enrollment: Enrollment,
    correction: Correction,
    form: VoidForm,
    stake: Certificate | None,
    **context: object,
) -> Response:
    fact = histories.get_fact(enrollment, correction.public_id)
    context |= {"enrollment": enrollment, "fact": fact}
    segment_id = correction.segment_id
    context["statements"] = stakes.statements_at_stake(enrollment, segment_id)
    return _show_taking("coordinator/remove.html", form, stake, **context)


@bp.post("/corrections/<correction>/remove")
@access.staff(Role.COORDINATOR)
def remove(code: str, person: str, correction: str) -> ResponseReturnValue:
    """Take a correction back; it stays visible."""
    enrollment, form = load(person), VoidForm()
    found = corrections.get_correction(enrollment, correction)
    stake = stakes.at_stake_by_removal(enrollment, found)
    return _take(
        form,
        stake,
        show=partial(_show_removal, enrollment, found, form, stake),
        take=partial(voids.void_correction, found),
        said="The correction was taken back.",
    ) or to_person(code, person)
