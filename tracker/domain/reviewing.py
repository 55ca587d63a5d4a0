"""The review of applications: which of them are shown, and in which order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tracker.domain.admissions import Status
from tracker.domain.eligibility import Finding, Verdict
from tracker.domain.names import fold_name


class Group(StrEnum):
    """What an application waits for, or what became of it."""

    TO_DECIDE = "to-decide"
    WAITLIST = "waitlist"
    ACCEPTED = "accepted"
    ENROLLED = "enrolled"
    DECLINED = "declined"
    GONE = "gone"


_GROUP_OF = {
    Status.SUBMITTED: Group.TO_DECIDE,
    Status.ASKED: Group.TO_DECIDE,
    Status.WAITLISTED: Group.WAITLIST,
    Status.ACCEPTED: Group.ACCEPTED,
    Status.ENROLLED: Group.ENROLLED,
    Status.DECLINED: Group.DECLINED,
    Status.WITHDRAWN: Group.GONE,
    Status.LAPSED: Group.GONE,
}


@dataclass(frozen=True)
class Line:
    """An application as its reviewers list it; `rank` is its place on the waitlist."""

    uid: str
    person_id: int
    name: str
    agency: str
    discipline: str
    place: str
    phone: str
    status: Status
    applied_at: datetime
    findings: tuple[Finding, ...]
    rank: int | None = None

    @property
    def group(self) -> Group:
        """What it waits for."""
        return _GROUP_OF[self.status]

    @property
    def marks(self) -> frozenset[str]:
        """What of its findings one can look for: each verdict, and each by subject."""
        open_ones = [each for each in self.findings if each.verdict is not Verdict.MET]
        if not open_ones:
            return frozenset({Verdict.MET.value})
        found = {each.verdict.value for each in open_ones}
        return frozenset(found | {f"{each.about}-{each.verdict}" for each in open_ones})


@dataclass(frozen=True)
class Wish:
    """What a reviewer wants to see; what is empty leaves nothing out."""

    group: Group | None = None
    mark: str = ""
    discipline: str = ""
    search: str = ""


def choose(lines: Sequence[Line], wish: Wish) -> list[Line]:
    """Return the lines that a reviewer wants to see, the earliest first.

    The waitlist stands in its own order.
    """
    wanted = fold_name(wish.search)
    found = [each for each in lines if _fits(each, wish, wanted)]
    if wish.group is Group.WAITLIST:
        return sorted(found, key=lambda each: each.rank or 0)
    return found


def _fits(line: Line, wish: Wish, search: str) -> bool:
    return (
        wish.group in {None, line.group}
        and wish.discipline in {"", line.discipline}
        and (not wish.mark or wish.mark in line.marks)
        and (not search or any(search in fold_name(each) for each in _read(line)))
    )


def _read(line: Line) -> tuple[str, str]:
    return line.name, line.agency


@dataclass(frozen=True)
class Tally:
    """How many each filter would show, the others staying as they are."""

    groups: Counter[Group]
    marks: Counter[str]
    disciplines: Counter[str]
    total: int


def tally(lines: Sequence[Line], wish: Wish) -> Tally:
    """Count what each filter would show."""
    of_all = choose(lines, replace(wish, group=None))
    return Tally(
        groups=Counter(each.group for each in of_all),
        marks=Counter(
            mark
            for each in choose(lines, replace(wish, mark=""))
            for mark in each.marks
        ),
        disciplines=Counter(
            each.discipline for each in choose(lines, replace(wish, discipline=""))
        ),
        total=len(of_all),
    )


def neighbours(
    lines: Sequence[Line], wish: Wish, uid: str
) -> tuple[str | None, str | None]:
    """Return which application comes before and which after one, by their ids.

    One that does not fit the wish, such as one decided just now, keeps its place
    among those that do.
    """
    fitting = {each.uid for each in choose(lines, wish)}
    ordered = choose(lines, replace(wish, mark="", discipline="", search=""))
    if uid not in {each.uid for each in ordered}:
        ordered = list(lines)
    uids = [each.uid for each in ordered if each.uid in fitting or each.uid == uid]
    at = uids.index(uid)
    after = uids[at + 1] if at + 1 < len(uids) else None
    return (uids[at - 1] if at else None), after


def decided_in_order(lines: Sequence[Line]) -> list[Line]:
    """Return in which order many are decided at once: the waitlist goes first."""
    return sorted(lines, key=lambda each: (each.rank is None, each.rank or 0))
