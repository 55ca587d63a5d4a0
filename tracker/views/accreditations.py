"""What an offering is accredited for, as its coordinator keeps it."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import ConflictError, InvalidError
from tracker.forms.credit import AccreditationForm
from tracker.models.staff import Role
from tracker.services import accreditations, audit, credit_rules
from tracker.services.credit_rules import key_of
from tracker.views import staff_page

bp = Blueprint(
    "accreditations",
    __name__,
    url_prefix="/staff/offerings/<code>/certificates/accreditations",
)
SECTION = "Certificates"


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List the accreditations, and the rules from which another can be made."""
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/accreditations.html",
        section=SECTION,
        carried=[
            (key_of(each["jurisdiction"], each["unit"]), each)
            for each in credit_rules.list_accreditations(offering)
        ],
        examples=credit_rules.list_examples(),
    )


@bp.get("/add")
@access.staff(Role.COORDINATOR)
def ask_add(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the form of a new accreditation, filled in from a rule if one is named."""
    form, wanted = AccreditationForm(), request.args.get("rule", "")
    for example in credit_rules.list_examples():
        if example.key == wanted:
            form.fill(example.values)
    return _show(form)


def _show(
    form: AccreditationForm, status: int = 200, *, key: str | None = None
) -> Response:
    return staff_page.show(
        "coordinator/accreditation.html", status, section=SECTION, form=form, key=key
    )


@bp.post("/add")
@access.staff(Role.COORDINATOR)
def add(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Add an accreditation; the same one again changes nothing."""
    form = AccreditationForm()
    return _save(form, None, lambda: accreditations.add(
        access.current_offering(),
        form.read(),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    ))  # fmt: skip


def _save(
    form: AccreditationForm, key: str | None, act: Callable[[], None]
) -> ResponseReturnValue:
    """Check the form and act; what must be mended comes back beside its field."""
    if not form.validate_on_submit():
        return _show(form, 422, key=key)
    try:
        act()
    except InvalidError as error:
        form.explain(error)
        return _show(form, 422, key=key)
    except ConflictError as error:
        form.form_errors.append(error.message)
        return _show(form, 409, key=key)
    db.session.commit()
    flash(f"{form.jurisdiction.data} is saved.", "ok")
    return redirect(url_for(".index", code=access.current_offering().code), 303)


@bp.get("/<accreditation>")
@access.staff(Role.COORDINATOR)
def ask_change(code: str, accreditation: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show the form of an accreditation, filled in."""
    form = AccreditationForm()
    offering = access.current_offering()
    form.fill(credit_rules.get_accreditation(offering, accreditation))
    return _show(form, key=accreditation)


@bp.post("/<accreditation>")
@access.staff(Role.COORDINATOR)
def change(code: str, accreditation: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Change an accreditation; what was issued keeps what it says."""
    form = AccreditationForm()
    offering = access.current_offering()
    credit_rules.get_accreditation(offering, accreditation)
    return _save(form, accreditation, lambda: accreditations.change(
        offering,
        accreditation,
        form.read(),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    ))  # fmt: skip


@bp.get("/<accreditation>/remove")
@access.staff(Role.COORDINATOR)
def ask_removal(code: str, accreditation: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask before an accreditation is removed."""
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/remove_accreditation.html",
        section=SECTION,
        key=accreditation,
        accreditation=credit_rules.get_accreditation(offering, accreditation),
    )


@bp.post("/<accreditation>/remove")
@access.staff(Role.COORDINATOR)
def remove(code: str, accreditation: str) -> ResponseReturnValue:
    """Remove an accreditation; what was issued stays."""
    accreditations.remove(
        access.current_offering(),
        accreditation,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash("The accreditation is removed.", "ok")
    return redirect(url_for(".index", code=code), 303)
