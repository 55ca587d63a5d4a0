"""A day of an offering: how it was recorded, and signing it off."""

from datetime import date

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.local_times import read_day
from tracker.errors import InvalidError, NotFoundError
from tracker.forms.days import SignOffForm
from tracker.models.staff import Role
from tracker.services import days, sign_offs
from tracker.views import staff_page

bp = Blueprint("days", __name__, url_prefix="/staff/offerings/<code>/days/<day>")


def _day(text: str) -> date:
    """Read the day of the address; what is none is not there."""
    try:
        return read_day(text)
    except ValueError as problem:
        raise NotFoundError from problem


@bp.get("")
@access.staff(Role.COORDINATOR)
def show(code: str, day: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show everything about one day that its sign-off answers for."""
    now = clock.now()
    report = days.read_day(access.current_offering(), _day(day), now=now)
    return staff_page.show(
        "coordinator/day.html", section="Overview", report=report, now=now
    )


@bp.get("/sign-off")
@access.staff(Role.COORDINATOR)
def ask(code: str, day: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say what signing off sends, and ask for it."""
    return _ask(_day(day), SignOffForm())


def _ask(day: date, form: SignOffForm, status: int = 200) -> Response:
    now, offering = clock.now(), access.current_offering()
    told = sign_offs.list_told(offering, day, now=now)
    return staff_page.show(
        "coordinator/sign_off.html",
        status,
        section="Overview",
        report=days.read_day(offering, day, now=now),
        form=form,
        mail_count=len(told),
        missing_count=sum(bool(each.summary.sentences) for each in told),
        now=now,
    )


@bp.post("/sign-off")
@access.staff(Role.COORDINATOR)
def sign_off(code: str, day: str) -> ResponseReturnValue:
    """Sign the day off; each participant gets one mail, once."""
    form, moment = SignOffForm(), _day(day)
    if not form.validate_on_submit():
        return _ask(moment, form, 422)
    try:
        sent = sign_offs.sign_off(
            access.current_offering(),
            moment,
            form.notes.data or "",
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _ask(moment, form, 422)
    db.session.commit()
    if sent is None:
        flash("This day was signed off before. No mail was sent again.", "info")
    else:
        mails = "1 mail is" if sent == 1 else f"{sent} mails are"
        flash(f"The day is signed off. {mails} on the way.", "ok")
    return redirect(url_for(".show", code=code, day=moment.isoformat()), 303)
