"""The forms of spare badges: more of them, printed, given to somebody."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from tracker.errors import InvalidError
from tracker.forms.accounts import strip
from tracker.forms.attendance import is_id
from tracker.services.spares import MOST_AT_ONCE


class SparesForm(FlaskForm):
    """More spare badges are wanted; `after` is the highest number shown."""

    after = HiddenField(
        validators=[Regexp(r"[0-9]{1,3}\Z", message="Load the page again.")]
    )
    count = IntegerField(
        "How many",
        default=10,
        validators=[
            InputRequired("Write a number."),
            NumberRange(1, MOST_AT_ONCE, f"Make 1 to {MOST_AT_ONCE} at once."),
        ],
    )

    def explain(self, error: InvalidError) -> None:
        """Show what is wrong beside the number."""
        self.count.errors = [*self.count.errors, error.message]


class BindForm(FlaskForm):
    """A spare badge is given to somebody. The view fills in the people."""

    spare = StringField(
        "Spare badge",
        description="Its number, or its code: scan it or type it.",
        filters=[strip],
        validators=[
            InputRequired("Write the badge's number, or scan its code."),
            Length(max=100, message="This is no code of a badge."),
        ],
    )
    person = SelectField(
        "Person",
        validate_choice=False,
        validators=[InputRequired("Choose a person."), is_id],
    )
