"""The forms of how an offering admits people, of its policy, and of cancelling it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from tracker.domain.admission_settings import LONGEST_CONFIRMATION, MOST_SEATS
from tracker.domain.admissions import WaitlistOrder
from tracker.domain.plans import Policy
from tracker.forms.accounts import can_be_printed, strip
from tracker.forms.credit import Explaining
from tracker.forms.offerings import BasedForm, lines, listed, whole
from tracker.forms.times import WallTimeField

ORDERS = {
    WaitlistOrder.APPLIED.value: "who applied first",
    WaitlistOrder.LISTED.value: "who was put on the waitlist first",
}


class AdmissionsForm(BasedForm):
    """When an offering takes applications, and how it gives its seats away."""

    opens_at = WallTimeField(
        "Applications open",
        description="On the clocks of the place. Empty: not yet.",
        validators=[Optional()],
    )
    closes_at = WallTimeField(
        "Applications close",
        description="Empty: as the first day begins.",
        validators=[Optional()],
    )
    confirm_days = whole(
        "Days to confirm an accepted seat",
        LONGEST_CONFIRMATION,
        "0: accepting somebody enrolls them at once.",
    )
    overbooking = whole(
        "Overbooking", MOST_SEATS, "Seats given beyond those there are."
    )
    waitlist_order = SelectField(
        "From the waitlist, a seat is first offered to",
        choices=ORDERS,
        validators=[InputRequired("Choose one.")],
    )
    reservations = lines(
        "Reserved seats",
        "One a line: discipline or agency; its name; seats. "
        "Such as: discipline; Prosecutors; 10.",
    )

    def fill(self, offering: Mapping[str, Any]) -> None:
        """Show what an offering's file says."""
        window, admission = offering["applications"], offering["admission"]
        for name in ("opens_at", "closes_at"):
            self[name].data = (window[name] or "").replace(" ", "T")
        for name in ("confirm_days", "overbooking", "waitlist_order"):
            self[name].data = admission[name]
        self.reservations.data = "\n".join(
            f"{each['kind']}; {each['value']}; {each['seats']}"
            for each in admission["reservations"]
        )

    def read(self, is_closed: bool) -> dict[str, Any]:
        """Return what was entered, as an offering's file has it."""
        return {
            "applications": {
                "opens_at": self.opens_at.data or None,
                "closes_at": self.closes_at.data or None,
                "closed": is_closed,
            },
            "admission": {
                "confirm_days": self.confirm_days.data,
                "overbooking": self.overbooking.data,
                "waitlist_order": self.waitlist_order.data,
                "reservations": [
                    _reservation(each) for each in listed(self.reservations.data)
                ],
            },
        }


def _reservation(text: str) -> dict[str, Any]:
    """Read a line; what it lacks is refused by the rules of the file."""
    kind, value, seats = ([each.strip() for each in text.split(";")] + [""] * 3)[:3]
    is_number = seats.isascii() and seats.isdecimal() and len(seats) < 7
    return {
        "kind": kind.casefold(),
        "value": value,
        "seats": int(seats) if is_number else 0,
    }


# Label and hint of each setting, in the order of the page.
POLICY = {
    "check_in_opens_minutes": (
        "Check-in opens, minutes before a segment",
        "Not before the segment before it has ended.",
    ),
    "first_check_in_opens_minutes": (
        "Before the first segment of a day, minutes",
        "People arrive at the desk in one crowd then.",
    ),
    "on_time_minutes": ("On time until, minutes after the start", ""),
    "late_minutes": (
        "Late and counted until, minutes after the start",
        "Whoever comes later is there in part, which does not count.",
    ),
    "check_out_grace_minutes": ("Check-out taken until, minutes after the end", ""),
    "left_early_minutes": (
        "Left early: before the end by more than, minutes",
        "Only where a segment asks for check-out.",
    ),
    "evaluation_opens_minutes": (
        "The evaluation can be sent from, minutes before the end of the offering",
        "",
    ),
    "evaluation_closes_days": (
        "The evaluation closes, days after the last day",
        "A coordinator may close it before.",
    ),
    "follow_up_days": (
        "The follow-up is asked, days after the last day",
        "0: never.",
    ),
    "make_up_months": (
        "A missed segment can be made up for, months after it",
        "",
    ),
    "retention_years": (
        "Records are kept, years",
        "Licensing bodies ask for four to seven.",
    ),
    "headcounts_gate": (
        "Certificates wait until headcounts agree or are explained",
        "",
    ),
    "certificates_need_name": (
        "Certificates wait until the participant has confirmed the printed name",
        "",
    ),
}
MOST = 10_000


def _policy_field(name: str, default: object) -> Any:
    label, hint = POLICY[name]
    if isinstance(default, bool):
        return BooleanField(label, description=hint)
    return whole(label, MOST, hint)


class PolicyForm(BasedForm):
    """An offering's policy; the fields are those of POLICY."""

    def read(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return the policy to keep; what is as usual stays unsaid, as in a file."""
        usual = {each.name: each.default for each in fields(Policy)}
        shown = {name: self[name].data for name in POLICY}
        said = {
            name: value
            for name, value in shown.items()
            if name in kept or value != usual[name]
        }
        return {"policy": dict(kept) | said}


for _field in fields(Policy):
    if _field.name in POLICY:
        setattr(PolicyForm, _field.name, _policy_field(_field.name, _field.default))


class CancelForm(Explaining):
    """An offering is cancelled for good."""

    reason = TextAreaField(
        "Reason",
        description="The people who are told read it. Name no topic and no venue.",
        filters=[strip],
        validators=[
            DataRequired("Say why in a few words."),
            Length(max=500, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )
