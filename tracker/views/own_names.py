"""A participant confirms the name on the certificate, or asks for another."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.printed_names import NameForm
from tracker.services import certificates, limits, participation, printed_names

bp = Blueprint("own_names", __name__, url_prefix="/me/offerings/<code>/name")

HOUR = 3600


@bp.get("")
@access.participant
def ask(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the enrollment
    """Show the name that is printed, and what was asked for before."""
    enrollment = access.current_enrollment()
    return _show(NameForm(name=enrollment.printed_name))


def _show(form: NameForm, status: int = 200) -> Response:
    enrollment = access.current_enrollment()
    own = participation.read_programme(enrollment, now=clock.now())
    live = certificates.find_live(enrollment)
    return web.page(
        "participant/name.html",
        status,
        code=enrollment.offering.code,
        stock=enrollment.offering.stock,
        zone=own.zone,
        printed=enrollment.printed_name,
        confirmed_at=enrollment.name_confirmed_at,
        on_certificate=live.name if live else None,
        changes=printed_names.list_of(enrollment),
        evaluation_is_due=own.evaluation_is_due,
        form=form,
    )


@bp.post("")
@access.participant
def confirm(code: str) -> ResponseReturnValue:
    """Take the name: a spelling holds at once, another waits for a coordinator."""
    form, enrollment, now = NameForm(), access.current_enrollment(), clock.now()
    if not form.validate_on_submit():
        return _show(form, 422)
    limits.spend(["name", enrollment.public_id], HOUR, 20, now=now)
    db.session.commit()
    try:
        change = printed_names.confirm(
            enrollment,
            form.name.data,
            form.reason.data or "",
            uid=form.uid.data,
            now=now,
        )
    except InvalidError as error:
        form.explain(error)
        return _show(form, 422)
    db.session.commit()
    if change is None:
        flash("This name is printed on your certificate.", "ok")
    else:
        flash("It is asked for. A coordinator answers, and you get a mail then.", "ok")
    return redirect(url_for(".ask", code=code), 303)
