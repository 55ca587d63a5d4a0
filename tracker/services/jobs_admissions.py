"""The worker moves seats on: offerings one after the other, each in one unit."""

from functools import partial
from threading import Event

from tracker import clock
from tracker.db import db, reading, retrying
from tracker.models import Offering
from tracker.services import seat_offers


def move_seats(stop: Event) -> None:
    """Let overdue confirmations lapse, and offer free seats to the waitlists.

    An offering is locked only where there is something to do. A worker that dies in
    between leaves each offering as it was or as it is to be; the next one goes on.
    """
    for offering_id in _list_due():
        if stop.is_set():
            return
        retrying(partial(_advance, offering_id))


def _list_due() -> list[int]:
    now = clock.now()
    with reading():
        ids = seat_offers.list_unsettled(now=now)
        due = [each for each in ids if seat_offers.may_advance(_get(each), now=now)]
        db.session.close()
    return due


def _get(offering_id: int) -> Offering:
    return db.session.get_one(Offering, offering_id)


def _advance(offering_id: int) -> None:
    seat_offers.advance(_get(offering_id), now=clock.now())
    db.session.commit()
