"""The forms of contests: a participant's objection, and a coordinator's answer."""

import uuid

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
    ValidationError,
)

from tracker.domain.names import text_problem
from tracker.errors import InvalidError
from tracker.forms.accounts import strip
from tracker.services.acts import LONGEST_REASON
from tracker.services.contests import LONGEST_WORDS


def lines_can_be_printed(_form: FlaskForm, field: Field) -> None:
    """Refuse control characters, and those that turn the writing around."""
    for line in (field.data or "").splitlines():
        if problem := text_problem(" ".join(line.split()), len(line)):
            raise ValidationError(f"This {problem}.")


class _OnceForm(FlaskForm):
    """A form with an id of its own; a service's sentences go beside its fields."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the fields that they belong to."""
        fields = {field.name: field for field in self}
        for name, sentence in error.errors.items():
            field = fields.get(name) or fields["words"]
            field.errors = [*field.errors, sentence]


class ContestForm(_OnceForm):
    """A participant says what is wrong with the record of a segment."""

    words = TextAreaField(
        "What is wrong, and how it was",
        description="A coordinator reads it and answers here.",
        filters=[strip],
        validators=[
            DataRequired("Say it in a few words."),
            Length(max=LONGEST_WORDS, message="Shorten this to 1,000 characters."),
            lines_can_be_printed,
        ],
    )


class AnswerForm(_OnceForm):
    """A coordinator answers a contest, and may check the person in with it."""

    decision = RadioField(
        "Decision",
        choices={
            "start": "Granted: check in for the segment's start",
            "other": "Granted: check in for another time",
            "settled": "Granted: the record has been put right already",
            "refuse": "Not granted: the record stays as it is",
        },
        validators=[InputRequired("Choose one.")],
    )
    at = StringField(
        "Time",
        description="Where the offering is held. Only for “another time”.",
        filters=[strip],
        validators=[Optional(), Length(max=30, message="This is no time.")],
    )
    words = TextAreaField(
        "Answer",
        description="The participant reads it, and it stays with the record.",
        filters=[strip],
        validators=[
            DataRequired("Say it in a few words."),
            Length(max=LONGEST_REASON, message="Shorten this to 500 characters."),
            lines_can_be_printed,
        ],
    )
