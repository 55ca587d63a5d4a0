"""An offering's evaluation as staff see it, and its settings: policy, API tokens."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.admissions import read_admission
from tracker.domain.schedule import Policy
from tracker.forms.catalogue import TokenForm
from tracker.models.access import TokenScope
from tracker.models.staff import Role
from tracker.services import (
    audit,
    closings,
    evaluations,
    offering_states,
    opening,
    public_schedule,
    schedules,
    seats,
    tokens,
    waiting,
)
from tracker.views import staff_page
from tracker.views.staff_page import TEACHING

bp = Blueprint("coordinator", __name__, url_prefix="/staff/offerings/<code>")


@bp.get("/evaluation")
@access.staff(*TEACHING)
def evaluation(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Say when the evaluation can be sent, and to coordinators who has sent it."""
    offering = access.current_offering()
    schedule = schedules.schedule_of(offering)
    is_coordinator, now = access.has_role(Role.COORDINATOR), clock.now()
    return staff_page.show(
        "coordinator/evaluation.html",
        section="Evaluation",
        now=now,
        opens_at=evaluations.opens_at(offering, schedule),
        closes_at=evaluations.closes_at(offering, schedule),
        batches=closings.list_batches(offering),
        asked=opening.list_asked(offering, now=now) if is_coordinator else [],
        people=waiting.list_answered(offering) if is_coordinator else [],
    )


@bp.get("/settings")
@access.staff(Role.COORDINATOR)
def settings(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the offering's facts and policy, and its API tokens."""
    return _show_settings()


def _show_settings(status: int = 200, **forms: object) -> Response:
    offering = access.current_offering()
    context: dict[str, Any] = {"token_form": TokenForm()}
    return staff_page.show(
        "coordinator/settings.html",
        status,
        section="Settings",
        policy=asdict(Policy(**offering.policy)),
        listed=public_schedule.look_at(offering, now=clock.now()),
        admission=read_admission(offering.admission or {}),
        taken=seats.count_seats(offering),
        can_open=offering_states.can_open(offering, now=clock.now()),
        tokens=tokens.list_tokens(offering),
        **(context | forms),
    )


@bp.post("/settings/tokens")
@access.staff(Role.COORDINATOR)
def add_token(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Make an API token and show it: once, because only its hash is kept."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _show_settings(422, token_form=form)
    made = tokens.add_token(
        form.name.data,
        access.current_offering(),
        TokenScope(form.scope.data),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    return staff_page.show(
        "coordinator/token.html", section="Settings", name=form.name.data, token=made
    )


@bp.get("/settings/tokens/<token>/revoke")
@access.staff(Role.COORDINATOR)
def ask_token(code: str, token: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask before an API token is ended."""
    return staff_page.show(
        "coordinator/revoke_token.html",
        section="Settings",
        token=tokens.get_token(access.current_offering(), token),
    )


@bp.post("/settings/tokens/<token>/revoke")
@access.staff(Role.COORDINATOR)
def revoke_token(code: str, token: str) -> ResponseReturnValue:
    """End an API token."""
    found = tokens.revoke_token(
        access.current_offering(),
        token,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash(f"The token {found.name} has ended.", "ok")
    return redirect(url_for(".settings", code=code), 303)
