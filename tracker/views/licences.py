"""A participant's licence numbers: claimed, changed, taken back."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.db import db
from tracker.errors import ConflictError, InvalidError
from tracker.forms.credit import LicenceForm, NumberForm
from tracker.models import Licence
from tracker.services import licences

bp = Blueprint("licences", __name__, url_prefix="/me/licences")


def _form() -> LicenceForm:
    """Return the form with the jurisdictions in which nothing is claimed yet."""
    person = access.current_person()
    claimed = {
        (each.jurisdiction, each.unit) for each in licences.list_licences(person)
    }
    form = LicenceForm()
    form.jurisdiction.choices = [
        (each.key, f"{each.jurisdiction}, {each.unit}")
        for each in licences.list_claimable(person)
        if (each.jurisdiction, each.unit) not in claimed
    ]
    return form


@bp.get("")
@access.participant
def index() -> ResponseReturnValue:
    """Show the own numbers, and where another can be given."""
    return _show(_form())


def _show(form: LicenceForm, status: int = 200) -> Response:
    own = licences.list_licences(access.current_person())
    return web.page("participant/licences.html", status, own=own, form=form)


@bp.post("")
@access.participant
def claim() -> ResponseReturnValue:
    """Take a number; the same form sent twice takes it once."""
    form = _form()
    # What was claimed a moment ago is a choice still, for the same form sent again.
    form.jurisdiction.validate_choice = False
    if not form.validate_on_submit():
        return _show(form, 422)
    try:
        licences.claim(
            access.current_person(),
            form.jurisdiction.data,
            form.number.data,
            uid=form.uid.data,
            now=clock.now(),
        )
    except (InvalidError, ConflictError) as error:
        db.session.rollback()
        form.explain(error if isinstance(error, InvalidError) else _as_invalid(error))
        return _show(form, error.status_code)
    db.session.commit()
    flash("The licence number is saved.", "ok")
    return redirect(url_for(".index"), 303)


def _as_invalid(error: ConflictError) -> InvalidError:
    return InvalidError(error.message, {})


def _load(licence: str) -> Licence:
    return licences.get_licence(access.current_person(), licence)


@bp.get("/<licence>")
@access.participant
def ask_change(licence: str) -> ResponseReturnValue:
    """Show one number, to be changed or taken back."""
    found, form = _load(licence), NumberForm()
    form.number.data = found.number
    return _show_one(found, form)


def _show_one(found: Licence, form: NumberForm, status: int = 200) -> Response:
    return web.page("participant/licence.html", status, licence=found, form=form)


@bp.post("/<licence>")
@access.participant
def change(licence: str) -> ResponseReturnValue:
    """Put another number in."""
    found, form = _load(licence), NumberForm()
    if not form.validate_on_submit():
        return _show_one(found, form, 422)
    try:
        licences.change(found, form.number.data, now=clock.now())
    except InvalidError as error:
        form.explain(error)
        return _show_one(found, form, 422)
    db.session.commit()
    flash("The licence number is changed.", "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/<licence>/remove")
@access.participant
def remove(licence: str) -> ResponseReturnValue:
    """Take a number back."""
    licences.remove(_load(licence))
    db.session.commit()
    flash("The licence number is removed.", "ok")
    return redirect(url_for(".index"), 303)
