"""The builder of an offering's forms: what it shows, and saving what it made."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.errors import ConflictError, InvalidError
from tracker.models import EvaluationForm, Membership, Offering, User
from tracker.models.evaluation import FormKind
from tracker.models.staff import Role
from tracker.services import audit, evaluation_forms
from tracker.services.audit import Actor

CHANGED = (
    "Somebody has changed this form since you opened it. Nothing was saved; what you "
    "wrote is below. Open the form anew in another window, and take over what you need."
)


@dataclass(frozen=True)
class Built:
    """A form as it is saved. `base` tells it from any other state of it."""

    version: int
    base: str
    definition: dict[str, Any]
    is_frozen: bool


def read_built(offering: Offering, kind: FormKind) -> Built:
    """Read the newest version of a form; version 0 is an empty one."""
    row = evaluation_forms.find_form(offering, kind)
    return Built(
        version=row.version if row else 0,
        base=_base_of(row),
        definition=row.definition if row else {"sections": []},
        is_frozen=evaluation_forms.is_frozen(offering, kind),
    )


def _base_of(row: EvaluationForm | None) -> str:
    state = [row.version, row.definition] if row else []
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:32]


def new_key() -> str:
    """Make the key of something added: never one that was used and removed."""
    return f"q{secrets.token_hex(4)}"


def save(
    offering: Offering,
    definition: Any,
    kind: FormKind,
    *,
    base: str,
    actor: Actor,
    now: datetime,
) -> EvaluationForm:
    """Save a form that began as `base`; what somebody else saved is never lost.

    Raises:
        ConflictError: somebody has saved another meanwhile.
        InvalidError: the definition is wrong; the pointer says where.
    """
    held = sa.select(Offering.id).where(Offering.id == offering.id)
    db.session.execute(held.with_for_update())
    before = evaluation_forms.find_form(offering, kind)
    if _base_of(before) != base:
        raise ConflictError(CHANGED)
    row = evaluation_forms.set_form(offering, definition, kind)
    db.session.flush()
    if _base_of(row) != base:
        details = {"kind": kind.value, "version": row.version}
        audit.record(actor, "form.save", details, offering, now=now)
    return row


def list_sources(offering: Offering, user: User, kind: FormKind) -> list[Offering]:
    """Return the other offerings with such a form that this coordinator may read."""
    has_form = sa.select(EvaluationForm.offering_id).where(EvaluationForm.kind == kind)
    wanted = sa.select(Offering).where(
        Offering.id != offering.id, Offering.id.in_(has_form)
    )
    if not user.is_admin:
        own = sa.select(Membership.offering_id).filter_by(
            user_id=user.id, role=Role.COORDINATOR
        )
        wanted = wanted.where(Offering.id.in_(own))
    newest = wanted.order_by(Offering.starts_on.desc(), Offering.code)
    return list(db.session.scalars(newest))


def copy_from(
    offering: Offering, code: str, user: User, kind: FormKind
) -> dict[str, Any]:
    """Return another offering's form, to begin with.

    Raises:
        InvalidError: there is none that this coordinator may read.
    """
    for source in list_sources(offering, user, kind):
        if source.code == code:
            return evaluation_forms.form_of(source, kind)[0].definition
    words = "Choose one of the offerings that are listed."
    raise InvalidError(words, {"source": words})
