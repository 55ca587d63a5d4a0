"""The forms of paper: printing sheets and badges, typing a signed sheet in."""

import uuid

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tracker import labels
from tracker.domain.sheets import LONGEST_TYPED, read_numbers
from tracker.forms.accounts import strip
from tracker.services.sheets import Layout


class PrintForm(FlaskForm):
    """Which sign-in sheets to print, and how. The view fills in the segments."""

    segment = SelectField(
        "Segment", coerce=int, validators=[InputRequired("Choose a segment.")]
    )
    paper = RadioField(
        "Paper",
        choices={"a4": "A4", "letter": "US Letter"},
        default="a4",
        validators=[InputRequired("Choose the paper.")],
    )
    has_licence = BooleanField("With a column for licence numbers")
    has_agency = BooleanField("With agencies under the names")
    is_anew = BooleanField("Number everybody anew, by name")

    def layout(self) -> Layout:
        """Return what was wished as services take it."""
        return Layout(
            has_agency=self.has_agency.data,
            has_licence=self.has_licence.data,
            paper=self.paper.data,
            is_anew=self.is_anew.data,
        )


class BadgesForm(FlaskForm):
    """On which sheets everybody's badge is printed."""

    sheet = SelectField(
        "Sheets",
        choices={each.name: each.title for each in labels.SHEETS},
        default=labels.USUAL,
        validators=[InputRequired("Choose the sheets.")],
    )
    agency = BooleanField("With agencies")


class TypeInForm(FlaskForm):
    """The rows that are signed, ticked or typed. The view fills in the rows."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    sheet = HiddenField(validators=[InputRequired(), Length(max=8)])
    rows = SelectMultipleField("Rows", coerce=int, choices=[])
    stayed = BooleanField(
        "They stayed to the end",
        description="Whoever has no check-out gets one by the sheet.",
    )
    numbers = StringField(
        "Row numbers",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=LONGEST_TYPED, message="These are too many numbers at once."),
        ],
    )

    def wanted(self, last: int) -> set[int]:
        """Return the rows ticked and typed.

        Raises:
            ValueError: what was typed is no row; says which.
        """
        return set(self.rows.data or ()) | set(
            read_numbers(self.numbers.data or "", last)
        )
