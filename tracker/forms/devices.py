"""The forms of an offering's devices."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length, Optional

from tracker.errors import InvalidError
from tracker.forms.accounts import strip
from tracker.models.device import DeviceMode
from tracker.services.devices import MAXIMUM_LABEL, Labels


class DeviceForm(FlaskForm):
    """A device: what it is called, where it stands, and what it may show."""

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
        description="As in the schedule: it decides where two segments run at once.",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=MAXIMUM_LABEL, message="Shorten this to 80 characters."),
        ],
    )
    mode = RadioField(
        "It is used",
        description="A stand only checks in: leaving is scanned at a door.",
        choices={
            DeviceMode.DOOR.value: "by somebody at the door",
            DeviceMode.KIOSK.value: "on a stand, by participants themselves",
        },
        default=DeviceMode.DOOR.value,
        validators=[DataRequired("Choose one.")],
    )

    def __init__(self, **kwargs: Any) -> None:
        """Name the fields apart from those of other forms on the same page."""
        super().__init__(prefix="device", **kwargs)

    def values(self) -> Labels:
        """Return what the form says the device is."""
        return Labels(self.name.data, self.room.data or "", DeviceMode(self.mode.data))

    def explain(self, error: InvalidError) -> None:
        """Show what is wrong beside the fields."""
        for name, sentence in error.errors.items():
            self[name].errors = [*self[name].errors, sentence]


class QueueFileForm(FlaskForm):
    """A file that a device has saved is handed in."""

    file = FileField(
        "File",
        description="As the menu of a scanner saves it, 1 MiB at most.",
        validators=[FileRequired("Choose the file that the device has saved.")],
    )

    def explain(self, error: InvalidError) -> None:
        """Show what is wrong with the file beside it."""
        self.file.errors = [*self.file.errors, error.message]
