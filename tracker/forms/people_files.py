"""The forms of importing participants: the file, and which column is what."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField

from tracker.domain.roster import COLUMNS
from tracker.forms.credit import Explaining

NONE = ("", "none of them")


class RosterForm(Explaining):
    """A participants' list is uploaded."""

    file = FileField(
        "Participants as CSV or XLSX, up to 16 MiB",
        validators=[FileRequired("Choose a file.")],
    )


class ColumnsForm(FlaskForm):
    """Which column is what. The view fills in the headings."""

    name = SelectField("Name")
    email = SelectField("Work e-mail")
    agency = SelectField("Agency")
    title = SelectField("Title")
    discipline = SelectField("Discipline")
    state = SelectField("State")
    county = SelectField("County")
    sends_mail = BooleanField("Tell who is new by mail where their pass is")

    def offer(self, header: list[str]) -> None:
        """Offer a file's headings."""
        headings = [(each, each) for each in dict.fromkeys(filter(None, header))]
        for name in COLUMNS:
            self[name].choices = [NONE, *headings]

    def fill(self, headings: Mapping[str, str]) -> None:
        """Show what is guessed."""
        for name, heading in headings.items():
            self[name].data = heading

    def headings(self) -> dict[str, str]:
        """Return which heading is which column, "" for none."""
        return {name: self[name].data or "" for name in COLUMNS}
