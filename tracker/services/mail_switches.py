"""Which mails an offering sends by itself."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.mails import KINDS
from tracker.models import Offering
from tracker.services import audit, messages, rescheduling, schedules
from tracker.services.audit import Actor

SWITCHES = {
    about.switch: kind for kind, about in KINDS.items() if about.switch is not None
}


def read(offering: Offering) -> dict[str, bool]:
    """Return each switch's setting, by its name in the policy."""
    return {name: messages.is_on(kind, offering) for name, kind in SWITCHES.items()}


def save(
    offering: Offering, wanted: Mapping[str, bool], *, actor: Actor, now: datetime
) -> None:
    """Turn mails on and off; as they were, nothing changes."""
    rescheduling.lock(offering)
    fresh = sa.select(Offering).where(Offering.id == offering.id)
    db.session.execute(fresh.execution_options(populate_existing=True))
    before = read(offering)
    changed = {
        name: bool(wanted[name]) for name in SWITCHES if wanted[name] != before[name]
    }
    if not changed:
        return
    offering.policy = {**(offering.policy or {}), **changed}
    audit.record(actor, "mail.switches", changed, offering, now=now)
    schedules.raise_schedule_version(offering.id)
