"""The forms of a segment's headcount."""

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from tracker.domain.headcounts import LARGEST
from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip
from tracker.services.headcounts import LONGEST_EXPLANATION


class HeadcountForm(FlaskForm):
    """How many people are in the room; the time only where it is not now."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    counted = IntegerField(
        "People in the room",
        validators=[
            InputRequired("Write how many people you counted."),
            NumberRange(0, LARGEST, message=f"Write a number from 0 to {LARGEST:,}."),
        ],
    )
    at = StringField(
        "Counted at",
        description="Leave it empty for now.",
        filters=[strip],
        validators=[
            Optional(),
            Regexp(r"\d\d:\d\d\Z", message="Write a time such as 09:40."),
        ],
    )

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the fields that they belong to."""
        for name, sentence in error.errors.items():
            self[name].errors = [*self[name].errors, sentence]


class ExplanationForm(FlaskForm):
    """Why the headcount differs from the check-ins."""

    explanation = StringField(
        "What explains the difference",
        filters=[strip],
        validators=[
            InputRequired("Say it in a few words."),
            Length(
                max=LONGEST_EXPLANATION,
                message=f"Shorten this to {LONGEST_EXPLANATION} characters.",
            ),
            can_be_printed,
        ],
    )

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentence beside the field."""
        self.explanation.errors = [*self.explanation.errors, *error.errors.values()]
