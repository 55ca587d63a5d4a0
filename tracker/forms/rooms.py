"""The forms of checking in by phone."""

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from tracker.forms.accounts import strip

LONGEST_TYPED = 500  # a camera may hand over the whole address


class RoomCodeForm(FlaskForm):
    """A participant types the code on the screen, or the one that was said."""

    code = StringField(
        "Code",
        description="The six characters on the screen, or the digits you were told.",
        filters=[strip],
        validators=[
            DataRequired("Type the code."),
            Length(max=LONGEST_TYPED, message="This is longer than a code."),
        ],
    )


class SpokenCodeForm(FlaskForm):
    """Staff ask for a code to say; sent twice, it makes one."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp("^[0-9a-f]{32}$", message="Load the page again.")],
    )
