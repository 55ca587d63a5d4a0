"""Drafts of applications: what has been typed so far, kept on the server."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from tracker.db import db
from tracker.domain.admissions import Status
from tracker.domain.application_entry import COLUMNS, ApplicationEntry, sealed_part
from tracker.errors import ConflictError, InvalidError
from tracker.models import Application
from tracker.services import applications, applying

ELSEWHERE = (
    "This application was changed in another window or on another device meanwhile."
)


@dataclass(frozen=True)
class Draft:
    """Where a draft comes from: the page's own id, and what it was written over."""

    tab: str
    version: str


def version_of(application: Application) -> str:
    """Name what an application says now; another text has another name."""
    said = sealed_part(applying.entry_of(application))
    said |= {name: getattr(application, name) for name in COLUMNS}
    text = json.dumps(said, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep_draft(
    application: Application,
    entry: ApplicationEntry,
    draft: Draft | None = None,
    *,
    now: datetime,
) -> str:
    """Keep what has been typed so far; return its version.

    A page that says where its draft comes from does not write over what came from
    another one meanwhile. Its own earlier draft it does write over, also where the
    answer to that got lost.

    Raises:
        InvalidError: something cannot be kept; by field.
        ConflictError: it was sent already, or changed elsewhere meanwhile.
    """
    applications.lock(application)
    if application.status is not Status.DRAFT:
        raise ConflictError("This application was sent already.")
    if draft and not _is_over_own(application, draft):
        raise ConflictError(ELSEWHERE)
    questions = applying.questions_of(application.offering.course)
    entry = entry.tidied(questions)
    if problems := entry.draft_problems(questions):
        raise InvalidError("Some of this cannot be kept.", problems)
    applying.write(application, entry, {"tab": draft.tab} if draft else {})
    applying.verify(application, now)
    db.session.flush()
    return version_of(application)


def _is_over_own(application: Application, draft: Draft) -> bool:
    is_own = bool(draft.tab) and application.details.get("tab") == draft.tab
    return is_own or draft.version == version_of(application)
