"""The form with which an anomaly is cleared."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tracker.forms.accounts import can_be_printed, strip
from tracker.services.anomalies import LONGEST_REASON


class ClearForm(FlaskForm):
    """Which anomaly was looked at, and what it turned out to be."""

    key = HiddenField(
        validators=[
            InputRequired("Load the page again."),
            Regexp(r"[A-Za-z0-9_.:-]{1,200}\Z", message="Load the page again."),
        ]
    )
    reason = StringField(
        "What it was",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=LONGEST_REASON, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )
