"""The form with which a day is signed off."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from tracker.errors import InvalidError
from tracker.forms.accounts import strip
from tracker.forms.contests import lines_can_be_printed
from tracker.services.sign_offs import LONGEST_NOTES


class SignOffForm(FlaskForm):
    """A coordinator signs a day off, with notes where there is something to note."""

    notes = TextAreaField(
        "Notes",
        description="For colleagues and auditors. Participants do not read them.",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=LONGEST_NOTES, message="Shorten this to 2,000 characters."),
            lines_can_be_printed,
        ],
    )

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the notes."""
        self.notes.errors = [*self.notes.errors, *error.errors.values()]
