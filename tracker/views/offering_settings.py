"""An offering's settings: its facts, how it admits people, its policy; and a copy."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.schedule import Policy
from tracker.errors import ConflictError, InvalidError
from tracker.forms.offering_settings import POLICY, AdmissionsForm, PolicyForm
from tracker.forms.offerings import ZONES, BasedForm, CopyForm, OfferingForm
from tracker.models.staff import Role
from tracker.services import offering_editing, offering_fields
from tracker.views import staff_page

bp = Blueprint(
    "offering_settings", __name__, url_prefix="/staff/offerings/<code>/settings"
)
SECTION = "Settings"


@bp.get("/facts")
@access.staff(Role.COORDINATOR)
def ask_facts(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show where, when and for how many the offering is."""
    form = _based(OfferingForm())
    form.fill(offering_fields.plain_offering(access.current_offering()))
    return _show("facts", form)


@bp.post("/facts")
@access.staff(Role.COORDINATOR)
def save_facts(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Keep the facts; every segment has to be within the days."""
    form = OfferingForm()
    return _save("facts", form, form.read)


@bp.get("/admissions")
@access.staff(Role.COORDINATOR)
def ask_admissions(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show when applications are taken, and how seats are given."""
    form = _based(AdmissionsForm())
    form.fill(offering_fields.plain_offering(access.current_offering()))
    return _show("admissions", form)


@bp.post("/admissions")
@access.staff(Role.COORDINATOR)
def save_admissions(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Keep when applications are taken, and how seats are given."""
    form = AdmissionsForm()
    is_closed = access.current_offering().applications_closed_at is not None
    return _save("admissions", form, lambda: form.read(is_closed))


@bp.get("/policy")
@access.staff(Role.COORDINATOR)
def ask_policy(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the policy."""
    policy = asdict(Policy(**access.current_offering().policy))
    return _show("policy", _based(PolicyForm(data=policy)))


@bp.post("/policy")
@access.staff(Role.COORDINATOR)
def save_policy(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Keep the policy; attendance follows it from now on."""
    form = PolicyForm()
    kept = access.current_offering().policy
    return _save("policy", form, lambda: form.read(kept))


def _based(form: Any) -> Any:
    """Note in a form which state of the settings it shows."""
    form.base.data = offering_editing.seen(access.current_offering())
    return form


def _show(page: str, form: BasedForm, status: int = 200) -> Response:
    return staff_page.show(
        f"coordinator/settings_{page}.html",
        status,
        section=SECTION,
        form=form,
        zones=ZONES,
        settings=list(POLICY),
    )


def _save(
    page: str, form: BasedForm, read: Callable[[], dict[str, Any]]
) -> ResponseReturnValue:
    """Check the form and keep what it says; what is wrong comes back in its place."""
    if not form.validate_on_submit():
        return _show(page, form, 422)
    offering = access.current_offering()
    try:
        offering_editing.change(
            offering,
            read(),
            base=form.base.data or "",
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show(page, form, 422)
    except ConflictError as error:
        form.form_errors.append(error.message)
        return _show(page, form, 409)
    code = offering.code
    db.session.commit()
    flash("The settings are saved.", "ok")
    return redirect(url_for("coordinator.settings", code=code), 303)


@bp.get("/copy")
@access.staff(Role.COORDINATOR)
def ask_copy(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Ask what is different in another offering like this one."""
    form, source = CopyForm(), access.current_offering()
    for name in ("title", "city", "state", "timezone", "venue"):
        form[name].data = getattr(source, name)
    return _show_copy(form)


def _show_copy(form: CopyForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/copy_offering.html",
        status,
        section=SECTION,
        form=form,
        zones=ZONES,
    )


@bp.post("/copy")
@access.staff(Role.COORDINATOR)
def copy(code: str) -> ResponseReturnValue:
    """Make a draft like this offering, with nobody in it but the instructors."""
    form = CopyForm()
    if not form.validate_on_submit():
        return _show_copy(form, 422)
    try:
        made = offering_editing.copy(
            access.current_offering(),
            form.read(),
            user=access.current_user(),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show_copy(form, 422)
    code = made.code
    db.session.commit()
    flash(f"{code} is a draft now. The public does not see it yet.", "ok")
    return redirect(url_for("coordinator.settings", code=code), 303)
