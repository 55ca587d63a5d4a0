"""Closing an evaluation by hand: its answers are mixed, or withheld for good."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.models import ResponseBatch
from tracker.models.staff import Role
from tracker.services import audit, closings, mixing
from tracker.views import staff_page

bp = Blueprint(
    "closing",
    __name__,
    url_prefix="/staff/offerings/<code>/evaluation/<occasion>/<int:number>/close",
)


@bp.get("")
@access.staff(Role.COORDINATOR)
def ask(code: str, occasion: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Say what closing does, and ask."""
    batch = _load(occasion, number)
    return staff_page.show(
        "coordinator/close_evaluation.html",
        section="Evaluation",
        line=closings.line_of(batch),
        count=mixing.count_sealed(batch),
        least=mixing.LEAST,
    )


def _load(occasion: str, number: int) -> ResponseBatch:
    return closings.get_closable(
        access.current_offering(), occasion, number, now=clock.now()
    )


@bp.post("")
@access.staff(Role.COORDINATOR)
def close(code: str, occasion: str, number: int) -> ResponseReturnValue:
    """Close it; again, or meanwhile closed by somebody else, is the same as once."""
    batch = _load(occasion, number)
    actor = audit.actor_of(access.current_user())
    mixing.close(batch, actor=actor, now=clock.now())
    db.session.commit()
    mixing.destroy_keys()
    flash(_what_became(batch), "ok")
    return redirect(url_for("coordinator.evaluation", code=code), 303)


def _what_became(batch: ResponseBatch) -> str:
    if batch.is_released:
        return f"Closed. {batch.response_count} answers were mixed and released."
    return f"Closed. Fewer than {mixing.LEAST} had answered: nothing is shown, ever."
