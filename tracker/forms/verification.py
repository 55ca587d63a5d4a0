"""The form with which anybody checks a certificate."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

LONGEST_SERIAL = 64
LONGEST_NAME = 200


class VerificationForm(FlaskForm):
    """A serial and the printed name; only both together say anything."""

    serial = StringField(
        "Serial",
        description="As printed beside the QR code.",
        validators=[
            InputRequired("Type the serial."),
            Length(max=LONGEST_SERIAL, message="That is too long for a serial."),
        ],
    )
    name = StringField(
        "Name",
        description="As printed on the certificate.",
        validators=[
            InputRequired("Type the name."),
            Length(max=LONGEST_NAME, message="That is too long for a name."),
        ],
    )
