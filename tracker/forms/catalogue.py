"""The forms of an offering's settings and certificates."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from tracker.forms.accounts import strip
from tracker.models.access import TokenScope
from tracker.services.devices import MAXIMUM_LABEL


class DeviceForm(FlaskForm):
    """A device is to be paired: what it is called, and where it stands."""

    name = StringField(
        "Name of the device",
        description="As it shows beside every scan, such as “Door 1”.",
        filters=[strip],
        validators=[
            DataRequired("Give the device a name."),
            Length(max=MAXIMUM_LABEL, message="Shorten this to 80 characters."),
        ],
    )
    room = StringField(
        "Room",
        description="As in the schedule. It decides where two segments are open.",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=MAXIMUM_LABEL, message="Shorten this to 80 characters."),
        ],
    )

    def __init__(self, **kwargs: Any) -> None:
        """Name the fields apart from the other form's on the same page."""
        super().__init__(prefix="device", **kwargs)


class TokenForm(FlaskForm):
    """A program gets a key to this offering."""

    name = StringField(
        "Name of the program",
        filters=[strip],
        validators=[
            DataRequired("Give the token a name."),
            Length(max=80, message="Shorten this to 80 characters."),
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
        ],
    )
