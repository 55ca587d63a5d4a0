"""A coordinator's binder of an offering: asked for, and downloaded once per link."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.binders import Scope
from tracker.forms.binders import LABELS, BinderForm
from tracker.models.staff import Role
from tracker.services import binder_links, credit_rules, records
from tracker.services.binder_links import Known
from tracker.views import staff_page

SECTION = "Certificates"

bp = Blueprint("binders", __name__, url_prefix="/staff/offerings/<code>/binder")


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask which binder, and show how far one's own is; `person` is chosen already."""
    form = _form()
    if person := request.args.get("person"):
        form.scope.data, form.person.data = Scope.PERSON.value, person
    return _show(form)


def _form() -> BinderForm:
    offering, form = access.current_offering(), BinderForm()
    people = records.list_people(offering, now=clock.now())
    nothing = {"": "Choose"}
    form.person.choices = nothing | {each.enrollment: each.name for each in people}
    form.jurisdiction.choices = nothing | {
        credit_rules.key_of(
            each["jurisdiction"], each["unit"]
        ): f"{each['jurisdiction']}, {each['unit']}"
        for each in credit_rules.list_accreditations(offering)
    }
    if form.jurisdiction.choices == nothing:
        form.leave_out(Scope.JURISDICTION)
    return form


def _show(form: BinderForm, status: int = 200, **values: Any) -> Response:
    known = _known()
    return staff_page.show(
        "coordinator/binder.html",
        status,
        section=SECTION,
        form=form,
        known=known,
        what=LABELS[known.wish.scope] if known else "",
        kept_hours=int(binder_links.KEPT.total_seconds() // 3600),
        **values,
    )


def _known() -> Known | None:
    offering, user = access.current_offering(), access.current_user()
    return binder_links.find_known(offering, user, now=clock.now())


@bp.post("")
@access.staff(Role.COORDINATOR)
def ask(code: str) -> ResponseReturnValue:
    """Ask the worker for a binder; pressed twice, it is made once."""
    form = _form()
    wish = form.read() if form.validate_on_submit() else None
    if wish is None:
        return _show(form, 422)
    offering, user = access.current_offering(), access.current_user()
    binder_links.ask(offering, wish, user=user, now=clock.now())
    db.session.commit()
    flash("It is being made in the background; you may leave this page.", "info")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/progress")
@access.staff(Role.COORDINATOR)
def progress(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say how far one's own binder is: {state, done, total}; names nobody."""
    known = _known()
    if known is None:
        return {"state": "none", "done": 0, "total": None}
    found = known.progress
    return {"state": found.state, "done": found.done, "total": found.total}


@bp.post("/link")
@access.staff(Role.COORDINATOR)
def make_link(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show a new link to one's own binder, once; earlier ones end."""
    offering, user = access.current_offering(), access.current_user()
    token = binder_links.make_link(offering, user=user, now=clock.now())
    known = _known()
    db.session.commit()
    return staff_page.show(
        "coordinator/binder_link.html", section=SECTION, token=token, known=known
    )


@bp.post("/download")
@access.staff(Role.COORDINATOR)
def download(code: str) -> ResponseReturnValue:
    """Give the binder to who asked for it; the link is used up, and it is logged."""
    found = binder_links.use_link(
        access.current_offering(),
        request.form.get("token", ""),
        user=access.current_user(),
        now=clock.now(),
    )
    db.session.commit()
    response = Response(found.parts, mimetype="application/zip")
    response.content_length = found.size
    name = f"{code}-binder.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
