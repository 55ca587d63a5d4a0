"""Tables that staff upload, kept until their columns are confirmed, or discarded."""

from collections.abc import Callable

from tracker import access, clock, workbook_files
from tracker.db import db
from tracker.domain.tables import TableError
from tracker.errors import InvalidError
from tracker.forms.credit import Explaining
from tracker.models import PendingFile
from tracker.services import pending_files

MOST_BYTES = 16 * 1024 * 1024
MOST_SHOWN = 50  # of the places to mend


def keep(
    form: Explaining, read_header: Callable[[bytes], list[str]]
) -> PendingFile | None:
    """Keep what a form's `file` holds, a workbook as CSV; None: show the form again."""
    if not form.validate_on_submit():
        return None
    try:
        data = workbook_files.as_csv(form["file"].data.read())
        read_header(data)
    except TableError as error:
        message = f"This file {error.refusals[0].reason}."
        form.explain(InvalidError(message, {"file": message}))
        return None
    user, offering = access.current_user(), access.current_offering()
    kept = pending_files.keep(offering, data, user=user, now=clock.now())
    db.session.commit()
    return kept


def load(file: str) -> PendingFile:
    """Return a file that waits in the offering of the address."""
    return pending_files.get(access.current_offering(), file)


def discard(file: str) -> None:
    """Delete a file that waits; nothing of it was imported."""
    pending_files.drop(load(file))
    db.session.commit()
