"""The forms of an offering: its facts, and another one like it."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp

from tracker.domain.local_times import read_day
from tracker.forms.accounts import can_be_printed, strip
from tracker.forms.contests import lines_can_be_printed
from tracker.forms.credit import Explaining
from tracker.forms.reports import DayField

STOCKS = ("lemon", "rose", "sky", "mint", "tangerine", "lilac")
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)


def line(label: str, missing: str = "", **kwargs: Any) -> StringField:
    """Make a field of one line; `missing` is what to say where it must not be empty."""
    required = [DataRequired(missing)] if missing else []
    limit = Length(max=200, message="Shorten this to 200 characters.")
    return StringField(
        label, filters=[strip], validators=[*required, limit, can_be_printed], **kwargs
    )


def lines(label: str, description: str = "", limit: int = 3000) -> TextAreaField:
    """Make a field of several lines."""
    return TextAreaField(
        label,
        description=description,
        validators=[Length(max=limit, message="Shorten this."), lines_can_be_printed],
    )


def whole(label: str, most: int, description: str = "") -> IntegerField:
    """Make a field for a whole number from 0 on."""
    return IntegerField(
        label,
        description=description,
        validators=[
            InputRequired("Enter a whole number."),
            NumberRange(0, most, message=f"Enter a number from 0 to {most:,}."),
        ],
    )


def listed(text: str | None) -> list[str]:
    """Return the lines that hold something."""
    return [each.strip() for each in (text or "").splitlines() if each.strip()]


def code_field(description: str) -> StringField:
    """Make the field of a code, which is an address's part and never changes."""
    return line("Code", "Give it a code.", description=description)


class BasedForm(Explaining):
    """A change of settings that were looked at: `base` is the state they were in."""

    base = HiddenField(
        validators=[Regexp(r"[0-9a-f]{16}\Z", message="Load the page again.")]
    )


class PlaceForm(Explaining):
    """What names an offering, and where and when it begins."""

    title = line(
        "Title", "Give it a title.", description="Staff and certificates call it this."
    )
    city = line("City", "Name the city.")
    state = line("State", "Name the state.", description="Such as NE.")
    timezone = line(
        "Time zone",
        "Name the time zone.",
        description="Such as America/Chicago. Segments keep their times on the clock.",
    )
    starts_on = DayField("First day", validators=[InputRequired("Enter a day.")])
    venue = lines("Venue", "Never public: only who is enrolled sees it.", 500)

    def _place(self) -> dict[str, Any]:
        names = ("title", "city", "state", "timezone", "venue")
        return {name: self[name].data or "" for name in names} | {
            "starts_on": self.starts_on.data.isoformat()
        }


class CopyForm(PlaceForm):
    """Another offering like this one."""

    code = code_field("Part of its address, such as CSTAR14. It never changes.")

    def read(self) -> dict[str, Any]:
        """Return what was entered, as an offering's file has it."""
        return self._place() | {"code": self.code.data}


class FactsForm(PlaceForm):
    """An offering's facts."""

    ends_on = DayField("Last day", validators=[InputRequired("Enter a day.")])
    contact = line("Contact", description="Public. Empty: the course's.")
    capacity = whole("Seats", 100_000, "0: not limited.")
    catchment = lines(
        "Catchment",
        "The areas around the venue, one a line: a state, NE, or a county, "
        "NE / Douglas. Empty: everywhere.",
    )
    stock = SelectField(
        "Ticket stock",
        choices={each: each.capitalize() for each in STOCKS},
        description="The colour of its passes and pages.",
        validators=[InputRequired("Choose one.")],
    )
    host_name = line("Host", "Name the host.", description="As certificates name it.")
    host_address = line("Host's address")
    sponsor_numbers = lines("Sponsor numbers", "One a line.")
    signatories = lines(
        "Signatories", "One a line: Name; Role. Empty: those of the course."
    )

    def fill(self, fields: Mapping[str, Any]) -> None:
        """Show an offering's fields, as its file has them."""
        host = fields.get("host", {})
        shown = dict(fields) | {
            "catchment": "\n".join(fields.get("catchment", [])),
            "host_name": host.get("name", ""),
            "host_address": host.get("address", ""),
            "sponsor_numbers": "\n".join(host.get("sponsor_numbers", [])),
            "signatories": "\n".join(
                f"{each['name']}; {each['role']}"
                for each in fields.get("signatories", [])
            ),
        }
        for field in self:
            if field.name in shown:
                is_day = isinstance(field, DayField) and shown[field.name]
                value = shown[field.name]
                field.data = read_day(value) if is_day else value

    def read(self) -> dict[str, Any]:
        """Return what was entered, as an offering's file has it."""
        people = [each.partition(";") for each in listed(self.signatories.data)]
        return self._place() | {
            "ends_on": self.ends_on.data.isoformat(),
            "contact": self.contact.data or "",
            "capacity": self.capacity.data,
            "catchment": listed(self.catchment.data),
            "stock": self.stock.data,
            "host": {
                "name": self.host_name.data,
                "address": self.host_address.data or "",
                "sponsor_numbers": listed(self.sponsor_numbers.data),
            },
            "signatories": [
                {"name": name.strip(), "role": role.strip()} for name, _, role in people
            ],
        }


class OfferingForm(FactsForm, BasedForm):
    """An offering's facts are changed."""


class NewOfferingForm(FactsForm):
    """A new offering."""

    code = code_field("Part of its address, such as CSTAR14. It never changes.")

    def read(self) -> dict[str, Any]:
        """Return what was entered, as an offering's file has it."""
        return super().read() | {"code": self.code.data}
