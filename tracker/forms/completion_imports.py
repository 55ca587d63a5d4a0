"""The forms of importing a learning platform's report, and of matching its rows."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.domain.report_columns import Field, Layout
from tracker.domain.report_days import Order
from tracker.forms.accounts import can_be_printed, strip
from tracker.forms.credit import Explaining

NONE = ("", "none of them")
SHOWN = "shown"


class ReportForm(Explaining):
    """A report is uploaded."""

    file = FileField(
        "Report as CSV or XLSX, up to 16 MiB",
        validators=[FileRequired("Choose a file.")],
    )


def _column(label: str, description: str = "") -> SelectField:
    return SelectField(label, description=description, default="")


class LayoutForm(FlaskForm):
    """Which column is what. The view fills in the headings."""

    email = _column("E-mail address")
    id = _column("The platform's own id", "For people without an address.")
    name = _column("Name")
    first_name = _column("First name")
    last_name = _column("Last name")
    completed_on = _column("Completed on")
    status = _column("Status")
    course = _column("Course", "Only to see that it is the report of one.")
    order = RadioField(
        "In 3/4/2026 comes first",
        choices={
            SHOWN: "what the file shows",
            Order.MONTH.value: "the month",
            Order.DAY.value: "the day",
        },
        default=SHOWN,
    )
    done = StringField(
        "A status that means completed",
        description="Several with commas. Empty: the usual words, such as Completed.",
        filters=[strip],
        validators=[Length(max=200, message="Shorten this."), can_be_printed],
    )

    def offer(self, header: list[str]) -> None:
        """Offer a report's headings."""
        headings = [(each, each) for each in dict.fromkeys(filter(None, header))]
        for each in Field:
            self[each.value].choices = [NONE, *headings]

    def fill(self, columns: dict[Field, str], remembered: Layout) -> None:
        """Show what is guessed, or was said before."""
        for each, heading in columns.items():
            self[each.value].data = heading
        self.order.data = remembered.order.value if remembered.order else SHOWN
        self.done.data = ", ".join(remembered.done)

    def layout(self) -> Layout:
        """Return what was said."""
        order = self.order.data
        words = [word.strip() for word in (self.done.data or "").split(",")]
        return Layout(
            {each: self[each.value].data or "" for each in Field},
            Order(order) if order in set(Order) else None,
            tuple(filter(None, words)),
        )


class MatchForm(FlaskForm):
    """Whose row it is. The view fills in the people."""

    person = SelectField("Person", validators=[InputRequired("Choose somebody.")])
