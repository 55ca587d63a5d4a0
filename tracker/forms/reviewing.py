"""The forms of deciding applications: a note to the applicant, and who is meant."""

import uuid

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, TextAreaField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from tracker.domain.names import clean_paragraphs, paragraphs_problem
from tracker.errors import InvalidError
from tracker.forms.accounts import strip
from tracker.forms.credit import Explaining
from tracker.services.decisions import LONGEST_NOTE

MOST_TOGETHER = 200


def can_be_read(_form: FlaskForm, field: Field) -> None:
    """Refuse a note with characters that cannot be shown."""
    if problem := paragraphs_problem(clean_paragraphs(field.data or "")):
        raise ValidationError(f"This {problem}.")


class NoteForm(Explaining):
    """A coordinator decides, with a note that the applicant reads."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    note = TextAreaField(
        "Note to the applicant",
        filters=[strip],
        validators=[
            Optional(),
            Length(
                max=LONGEST_NOTE,
                message=f"Shorten this to {LONGEST_NOTE:,} characters.",
            ),
            can_be_read,
        ],
    )


def read_ticked(sent: MultiDict[str, str]) -> list[str]:
    """Return the ids of the applications that are ticked.

    Raises:
        InvalidError: none is, or too many.
    """
    ticked = list(dict.fromkeys(sent.getlist("a")))
    if not ticked:
        raise InvalidError("Tick the applications to decide.")
    if len(ticked) > MOST_TOGETHER:
        raise InvalidError(f"Decide {MOST_TOGETHER} at once at most.")
    return ticked
