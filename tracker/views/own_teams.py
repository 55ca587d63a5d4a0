"""A lead names the members of a team, and sees who has sent their application."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.applications import TeamForm
from tracker.models import Application
from tracker.services import limits, own_applications, teams
from tracker.views.own_applications import load, show_page

bp = Blueprint("own_teams", __name__, url_prefix="/me/applications/<application>/team")

HOUR = 3600


@bp.get("")
@access.participant
def ask(application: str) -> ResponseReturnValue:
    """Show who was named, and ask for others."""
    return _show(load(application), TeamForm())


def _show(found: Application, form: TeamForm, status: int = 200) -> Response:
    own = own_applications.read(found, now=clock.now())
    page = "participant/team.html"
    return show_page(page, found, status, own=own, form=form, most=teams.MOST)


@bp.post("")
@access.participant
def name(application: str) -> ResponseReturnValue:
    """Name members; each gets a mail, once."""
    found, form, now = load(application), TeamForm(), clock.now()
    if not form.validate_on_submit():
        return _show(found, form, 422)
    limits.spend(("team", access.current_person().public_id), HOUR, 20, now=now)
    db.session.commit()
    try:
        count = teams.name_members(found, form.rows(), now=now)
    except InvalidError as error:
        form.explain(error)
        return _show(found, form, 422)
    db.session.commit()
    if count:
        flash("They are named. Each gets a mail.", "ok")
    else:
        flash("All of them were named before.", "ok")
    return redirect(url_for(".ask", application=application), 303)
