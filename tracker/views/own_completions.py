"""What is on record of a person's prerequisite, and uploading a certificate of it."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, uploads, web
from tracker.db import db
from tracker.domain.evidence_files import MOST_BYTES
from tracker.errors import ConflictError, InvalidError
from tracker.forms.completions import UploadForm
from tracker.models import Course
from tracker.services import completion_uploads, completions, limits, prerequisites

bp = Blueprint("own_completions", __name__, url_prefix="/me/completions/<course>")

HOUR = 3600


@bp.get("")
@access.participant
def index(course: str) -> ResponseReturnValue:
    """Show what is on record, what waits, and what else can be done."""
    return _show(_load(course), UploadForm())


def _load(course: str) -> Course:
    return completion_uploads.get_own_course(access.current_person(), course)


def _show(course: Course, form: UploadForm, status: int = 200) -> Response:
    person = access.current_person()
    found = completions.find_for(person, course)
    return web.page(
        "participant/completion.html",
        status,
        course=course,
        found=found,
        words=prerequisites.WORDS[found.source] if found else "",
        uploads=completion_uploads.list_own(person, course),
        form=form,
    )


@bp.post("")
@access.participant
@uploads.takes_upload(MOST_BYTES)
def upload(course: str) -> ResponseReturnValue:
    """Keep a certificate for a coordinator; the same file twice is one."""
    found, form = _load(course), UploadForm()
    if not form.validate_on_submit():
        return _show(found, form, 422)
    person, now = access.current_person(), clock.now()
    limits.spend(["completion certificate", person.public_id], HOUR, 10, now=now)
    db.session.commit()
    try:
        completion_uploads.upload(person, found, form.file.data.read(), now=now)
    except (InvalidError, ConflictError) as error:
        db.session.rollback()
        form.explain(InvalidError(error.message, {"file": error.message}))
        return _show(found, form, error.status_code)
    db.session.commit()
    flash("It is uploaded. A coordinator looks at it, and you get a mail then.", "ok")
    return redirect(url_for(".index", course=course), 303)
