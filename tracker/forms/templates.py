"""The forms of a course's certificate: its words, and its images."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Length

from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip
from tracker.forms.contests import lines_can_be_printed

LINE = [Length(max=200, message="Shorten this to 200 characters."), can_be_printed]
LINES = [Length(max=3000, message="Shorten this."), lines_can_be_printed]
PLACES = {
    "logo-0": "Logo",
    "signature-0": "Signature of the first signatory",
    "signature-1": "Signature of the second signatory",
    "signature-2": "Signature of the third signatory",
    "signature-3": "Signature of the fourth signatory",
}


class TemplateForm(FlaskForm):
    """What a course's certificates say where an offering says nothing itself."""

    host_name = StringField("Host", filters=[strip], validators=LINE)
    host_address = StringField("Host's address", filters=[strip], validators=LINE)
    sponsor_numbers = TextAreaField(
        "Sponsor numbers", description="One a line.", validators=LINES
    )
    signatories = TextAreaField(
        "Signatories",
        description="One a line: Name; Role. Four at most.",
        validators=LINES,
    )
    title = StringField(
        "Title",
        description="Empty: Certificate of Completion.",
        filters=[strip],
        validators=LINE,
    )
    statement = StringField(
        "Between name and course",
        description="Empty: who completed every required segment of.",
        filters=[strip],
        validators=LINE,
    )
    colour = StringField(
        "Colour of the small capitals",
        description="Such as #1e4f7a; dark enough to be read on white.",
        filters=[strip],
        validators=LINE,
    )
    accreditation_lines = TextAreaField(
        "Accreditation", description="One a line, as printed.", validators=LINES
    )

    def words(self) -> dict[str, str]:
        """Return what was typed, by field."""
        return {
            field.name: field.data or "" for field in self if field.name != "csrf_token"
        }

    def explain(self, error: InvalidError) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in error.errors.items():
            self[name].errors = [*self[name].errors, sentence]


def fields_of(kept: Mapping[str, Any]) -> dict[str, str]:
    """Return a kept template as its form shows it."""
    host, wording = kept.get("host", {}), kept.get("wording", {})
    people = [f"{e['name']}; {e['role']}" for e in kept.get("signatories", [])]
    return {
        "host_name": host.get("name", ""),
        "host_address": host.get("address", ""),
        "sponsor_numbers": "\n".join(host.get("sponsor_numbers", [])),
        "signatories": "\n".join(people),
        "title": wording.get("title", ""),
        "statement": wording.get("statement", ""),
        "colour": kept.get("colour", ""),
        "accreditation_lines": "\n".join(kept.get("accreditation_lines", [])),
    }


class ImageForm(FlaskForm):
    """An image for one place; without a file nothing is changed."""

    place = RadioField("Where", choices=PLACES, default="logo-0")
    file = FileField(
        "PNG, JPEG or SVG, up to 512 KiB",
        validators=[FileRequired("Choose a file.")],
    )

    def explain(self, error: InvalidError) -> None:
        """Put the service's sentence beside the file."""
        self.file.errors = [*self.file.errors, *error.errors.values()]


class RemoveImageForm(FlaskForm):
    """An image is taken out."""

    place = RadioField("Where", choices=PLACES, default="logo-0")
