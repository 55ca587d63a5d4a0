"""The forms of printed names: a participant's, and a coordinator's decision."""

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip
from tracker.services.printed_names import LONGEST_PRINTED, LONGEST_WORDS

TOO_LONG = Length(max=LONGEST_WORDS, message="Shorten this to 500 characters.")


class NameForm(FlaskForm):
    """A participant says which name to print."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    name = StringField(
        "Name to print",
        description="Case, accents, hyphens and a letter or two are yours to set. "
        "A coordinator approves any other name.",
        filters=[strip],
        validators=[
            DataRequired("Write the name."),
            Length(max=LONGEST_PRINTED, message="Shorten this to 180 characters."),
            can_be_printed,
        ],
    )
    reason = StringField(
        "Why it is another name",
        description="Only for another name, such as a new family name.",
        filters=[strip],
        validators=[TOO_LONG, can_be_printed],
    )

    def explain(self, error: InvalidError) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in error.errors.items():
            field = self[name if name in self else "name"]
            field.errors = [*field.errors, sentence]


class DecisionForm(FlaskForm):
    """A coordinator approves another name, or says why not."""

    decision = RadioField(
        "Decision",
        choices={"approve": "Approve it", "decline": "Decline it"},
        validators=[InputRequired("Choose one.")],
    )
    answer = StringField(
        "Answer",
        description="The participant reads it. Needed where you decline.",
        filters=[strip],
        validators=[TOO_LONG, can_be_printed],
    )

    def explain(self, error: InvalidError) -> None:
        """Put the service's sentence beside the answer."""
        self.answer.errors = [*self.answer.errors, *error.errors.values()]
