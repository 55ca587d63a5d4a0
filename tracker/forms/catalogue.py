"""The forms of an offering's settings and certificates."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from tracker.forms.accounts import can_be_printed, strip
from tracker.models.access import TokenScope


class TokenForm(FlaskForm):
    """A program gets a key to this offering."""

    name = StringField(
        "Name of the program",
        filters=[strip],
        validators=[
            DataRequired("Give the token a name."),
            Length(max=80, message="Shorten this to 80 characters."),
            can_be_printed,
        ],
    )
    scope = RadioField(
        "It may",
        choices={
            TokenScope.READ.value: "read attendance",
            TokenScope.CHECK_IN.value: "send scans",
        },
        validators=[InputRequired("Choose what it may do.")],
    )

    def __init__(self, **kwargs: Any) -> None:
        """Name the fields apart from the other form's on the same page."""
        super().__init__(prefix="token", **kwargs)


class RevokeForm(FlaskForm):
    """A certificate is revoked for good."""

    reason = StringField(
        "Reason",
        description="Kept with the certificate. Whoever verifies it does not see it.",
        filters=[strip],
        validators=[
            DataRequired("Give a reason."),
            Length(max=500, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )


class ReissueForm(FlaskForm):
    """A certificate is issued anew, and superseded."""

    reason = StringField(
        "Reason",
        description="Kept with the certificate, such as “new family name”.",
        filters=[strip],
        validators=[
            DataRequired("Give a reason."),
            Length(max=500, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )
