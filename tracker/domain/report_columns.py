"""Which column of a learning platform's report is what.

Every platform names its columns otherwise. A layout is guessed from the headings the
first time, may be said, and is remembered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tracker.domain.names import clean_text
from tracker.domain.report_days import Order
from tracker.domain.suggestions import unknown
from tracker.domain.tables import Refusal, TableError, read_table, refused


class Field(StrEnum):
    """What a column of a report may hold."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    IDENTITY = "id"
    COMPLETED_ON = "completed_on"
    STATUS = "status"
    COURSE = "course"


# Headings that mean a field, folded; the first one that a report has is taken.
GUESSES = {
    Field.EMAIL: "email emailaddress useremail learneremail workemail mail",
    Field.NAME: "fullname name learner learnername student studentname participant "
    "participantname user username",
    Field.FIRST_NAME: "firstname givenname forename",
    Field.LAST_NAME: "lastname surname familyname",
    Field.IDENTITY: "userid learnerid studentid employeeid idnumber id login",
    Field.COMPLETED_ON: "completedon completiondate datecompleted completeddate "
    "completedat dateofcompletion completiontime timecompleted coursecompleted "
    "coursecompletiondate coursecomplete completed finishedon finishdate datefinished",
    Field.STATUS: "completionstatus status coursestatus result progress",
    Field.COURSE: "coursename coursetitle course",
}


@dataclass(frozen=True)
class Layout:
    """Which column of a report is what: a heading by field; "" where there is none.

    `order` says what comes first in 3/4/2026; None: it has to show. `done` are the
    words of a status that mean completed; without any, the usual ones.
    """

    headings: Mapping[Field, str] = field(default_factory=dict)
    order: Order | None = None
    done: tuple[str, ...] = ()

    def as_kept(self) -> dict[str, Any]:
        """Return it as a course keeps it."""
        kept: dict[str, Any] = {"headings": dict(self.headings)}
        if self.order:
            kept["order"] = self.order.value
        return kept | ({"done": list(self.done)} if self.done else {})


def read_layout(kept: Mapping[str, Any]) -> Layout:
    """Return the layout that a course keeps."""
    return Layout(
        {Field(key): text for key, text in kept.get("headings", {}).items()},
        Order(kept["order"]) if "order" in kept else None,
        tuple(kept.get("done", ())),
    )


def fold(text: str) -> str:
    """Return a heading or a status as it is compared: its letters and digits."""
    plain = clean_text(text).casefold()
    return "".join(filter(str.isalnum, plain)) or plain


def read_header(data: bytes) -> list[str]:
    """Return a report's headings.

    Raises:
        TableError: there is none that could be read.
    """
    header = next(read_table(data), None)
    if header is None:
        raise refused("is empty: it needs a header and rows")
    return [clean_text(cell) for cell in header[1]]


def find_columns(
    header: list[str], asked: Layout, remembered: Layout
) -> dict[Field, int]:
    """Return where each field stands.

    What `asked` names wins; a heading that is remembered, but is not there any more,
    is guessed anew.

    Raises:
        TableError: a heading that was named is not there or stands twice, or what
            a report needs is missing.
    """
    found = likely_columns(header, asked, remembered)
    _refuse_missing(found)
    return found


def likely_columns(
    header: list[str], asked: Layout, remembered: Layout
) -> dict[Field, int]:
    """Return the same, whether or not it is all that a report needs."""
    folded = [fold(cell) for cell in header]
    found: dict[Field, int] = {}
    for each in Field:
        if each in asked.headings:
            wanted = [_named(asked.headings[each], header, folded)]
        else:
            wanted = _likely(each, remembered.headings, folded)
        place = next((folded.index(one) for one in wanted if one in folded), None)
        if place is not None and place not in found.values():
            found[each] = place
    return found


def _named(heading: str, header: list[str], folded: list[str]) -> str:
    """Return a heading that somebody named, folded; "" names none."""
    wanted = fold(heading)
    if wanted and wanted not in folded:
        raise refused(unknown(heading, header), 1, heading)
    if wanted and folded.count(wanted) > 1:
        raise refused("stands twice", 1, heading)
    return wanted


def _likely(each: Field, known: Mapping[Field, str], folded: list[str]) -> list[str]:
    before = known.get(each)
    if before == "" or (before and fold(before) in folded):
        return [fold(before)] if before else []
    return GUESSES[each].split()


def _refuse_missing(found: Mapping[Field, int]) -> None:
    reasons = []
    if not {Field.EMAIL, Field.IDENTITY} & found.keys():
        reasons.append("say which column holds the e-mail addresses")
    if not {Field.COMPLETED_ON, Field.STATUS} & found.keys():
        reasons.append("say which column holds the days of completion, or the status")
    if reasons:
        raise TableError([Refusal(1, None, reason) for reason in reasons])
