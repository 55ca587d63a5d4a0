"""The forms of the schedule."""

import uuid

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
)
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip
from tracker.forms.times import ChangeForm, TimesForm, WallTimeField
from tracker.services.deliveries import LONGEST_REASON, QUEUE_MINUTES

LONGEST_TEXT = 200
SHORTER = f"Shorten this to {LONGEST_TEXT} characters."
LONGEST_MOVE = 24 * 60


class SegmentForm(TimesForm):
    """A segment is added or changed. The view fills in number and instructors."""

    number = HiddenField(
        validators=[Optional(), Regexp(r"[0-9]{1,4}\Z", message="Load the page again.")]
    )
    title = StringField(
        "Title",
        filters=[strip],
        validators=[
            DataRequired("Give the segment a title."),
            Length(max=LONGEST_TEXT, message=SHORTER),
            can_be_printed,
        ],
    )
    room = StringField(
        "Room",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=LONGEST_TEXT, message=SHORTER),
            can_be_printed,
        ],
    )
    instructors = SelectMultipleField(
        "Instructors",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[Optional()],
    )
    is_required = BooleanField("Required for the certificate")
    needs_check_out = BooleanField("Check-out required: leaving early matters")
    credit_minutes = IntegerField(
        "Credit minutes",
        description="Empty: its whole length.",
        validators=[
            Optional(),
            NumberRange(0, 1440, message="Enter minutes from 0 to 1440."),
        ],
    )
    credit_category = StringField(
        "Credit category",
        description="Where a jurisdiction counts kinds apart, such as ethics.",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=40, message="Shorten this to 40 characters."),
            can_be_printed,
        ],
    )


class MoveForm(ChangeForm):
    """A segment and what follows moves together. The view fills in the segments."""

    first = SelectField(
        "From segment",
        coerce=int,
        validators=[InputRequired("Choose a segment.")],
    )
    scope = RadioField(
        "What moves with it",
        choices={
            "day": "Everything after it on the same day",
            "all": "Everything after it, to the end of the offering",
        },
        default="day",
        validators=[InputRequired("Choose one.")],
    )
    minutes = IntegerField(
        "Minutes later",
        description="With a minus sign: earlier.",
        validators=[
            InputRequired("Enter a number of minutes."),
            NumberRange(
                -LONGEST_MOVE,
                LONGEST_MOVE,
                message="Enter at most 1440 minutes, a day.",
            ),
        ],
    )

    def explain(self, error: InvalidError) -> None:
        """Say of each segment what does not fit, beside the minutes."""
        found = []
        for name, sentence in error.errors.items():
            number = name.rpartition(".")[0]
            found.append(f"Segment {number or self.first.data} {sentence}.")
        self.minutes.errors = [*self.minutes.errors, *found]


class HeldForm(TimesForm):
    """When a segment was really held; empty times are as planned."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    starts_at = WallTimeField("Really started", validators=[Optional()])
    ends_at = WallTimeField("Really ended", validators=[Optional()])
    reason = TextAreaField(
        "Reason",
        description="Colleagues and auditors read it.",
        filters=[strip],
        validators=[
            DataRequired("Say why in a few words."),
            Length(max=LONGEST_REASON, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )


class QueueForm(FlaskForm):
    """How long a queue at the door stays on time, in minutes from now."""

    BACK = "back"

    minutes = RadioField(
        "On time until",
        choices={each: each for each in (*map(str, QUEUE_MINUTES), BACK)},
        validators=[InputRequired("Choose now, 5 or 10 minutes.")],
    )
