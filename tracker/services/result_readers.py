"""Who may read which results: coordinators all, instructors what is about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.evaluation import Part, Repeat
from tracker.domain.results import Results
from tracker.models import (
    Instructor,
    Membership,
    Offering,
    Segment,
    SegmentInstructor,
    User,
)
from tracker.models.staff import Role


@dataclass(frozen=True)
class Reach:
    """What somebody may read of one offering's results: all, or the own parts.

    `segments` and `instructors` are the keys of the own subjects.
    """

    is_whole: bool
    segments: frozenset[str] = frozenset()
    instructors: frozenset[str] = frozenset()

    def takes(self, part: Part) -> bool:
        """Say whether a part of the form may be read."""
        if self.is_whole:
            return True
        own = {Repeat.SEGMENT: self.segments, Repeat.INSTRUCTOR: self.instructors}
        return part.subject is not None and part.subject.key in own.get(
            part.section.repeat, ()
        )

    def within(self, results: Results) -> Results:
        """Leave out what may not be read."""
        kept = tuple(each for each in results.parts if self.takes(each.part))
        return replace(results, parts=kept)


WHOLE = Reach(is_whole=True)


def reaches_of(user: User, offering_ids: Iterable[int]) -> Mapping[int, Reach]:
    """Return what a member of staff may read, by offering: at most three queries.

    An offering that no role of theirs opens is not in it.
    """
    wanted = list(offering_ids)
    if user.is_admin:
        return dict.fromkeys(wanted, WHOLE)
    roles: dict[int, set[Role]] = {}
    rows = sa.select(Membership.offering_id, Membership.role).where(
        Membership.user_id == user.id, Membership.offering_id.in_(wanted)
    )
    for offering_id, role in db.session.execute(rows):
        roles.setdefault(offering_id, set()).add(role)
    teaching = [each for each in roles if Role.COORDINATOR not in roles[each]]
    own = _own_parts(user, [id_ for id_ in teaching if Role.INSTRUCTOR in roles[id_]])
    coordinated = roles.keys() - set(teaching)
    return own | dict.fromkeys(coordinated, WHOLE)


def _own_parts(user: User, offering_ids: list[int]) -> dict[int, Reach]:
    own = (Instructor.user_id == user.id, Instructor.offering_id.in_(offering_ids))
    people = db.session.execute(
        sa.select(Instructor.offering_id, Instructor.public_id).where(*own)
    ).all()
    taught = db.session.execute(
        sa.select(Segment.offering_id, Segment.number)
        .join(SegmentInstructor, SegmentInstructor.segment_id == Segment.id)
        .join(Instructor, Instructor.id == SegmentInstructor.instructor_id)
        .where(*own)
    ).all()
    return {
        each: Reach(
            is_whole=False,
            segments=frozenset(str(number) for id_, number in taught if id_ == each),
            instructors=frozenset(key for id_, key in people if id_ == each),
        )
        for each in offering_ids
    }


def offerings_of(user: User) -> sa.Select[int]:
    """Select the ids of the offerings whose results a user may read whole."""
    if user.is_admin:
        return sa.select(Offering.id)
    return sa.select(Membership.offering_id).where(
        Membership.user_id == user.id, Membership.role == Role.COORDINATOR
    )
