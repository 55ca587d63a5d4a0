"""How a binder calls people and facts: by their ids, or by others made for it."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker import keys
from tracker.domain.names import fold_name
from tracker.models import Enrollment, Offering, User
from tracker.services.workbooks import Cell

PSEUDONYM_DIGITS = 12


class Names:
    """What one binder may say of people and facts.

    In a nameless one every id is replaced by a keyed digest of it: the same in each
    binder of the offering, so that two can be compared, and joined to no pass, list
    or certificate without the master key. Names and whatever somebody wrote are left
    out, columns and all.
    """

    def __init__(self, offering: Offering, *, is_nameless: bool) -> None:
        """Take the offering, whose zone every time is in."""
        self.is_nameless = is_nameless
        self._code = offering.code
        self._zone = ZoneInfo(offering.timezone)

    def person(self, public_id: str) -> str:
        """Return what an enrollment is called."""
        return self._id("person", public_id)

    def fact(self, uid: str | None) -> str:
        """Return what a scan, a correction or another fact is called."""
        return self._id("fact", uid) if uid else ""

    def source(self, text: str | None) -> str:
        """Return what a record rests on: "scan:…" or "correction:…"."""
        kind, _, uid = (text or "").partition(":")
        return f"{kind}:{self.fact(uid)}" if uid else ""

    def staff(self, user: User | None) -> str:
        """Return what a member of staff is called; empty where it was none."""
        if user is None:
            return ""
        if self.is_nameless:
            return self._id("staff", user.public_id)
        return user.name or user.email

    def shown(self, *cells: Cell) -> list[Cell]:
        """Return cells that name somebody or are free text; none where nameless."""
        return [] if self.is_nameless else list(cells)

    def moment(self, at: datetime | None) -> str:
        """Write a moment as the wall time where the offering is held."""
        if at is None:
            return ""
        return at.astimezone(self._zone).isoformat(timespec="seconds")

    def in_order(self, rows: Iterable[Enrollment]) -> list[Enrollment]:
        """Sort by name; by what they are called where the name's place would tell."""
        if self.is_nameless:
            return sorted(rows, key=lambda row: self.person(row.public_id))
        return sorted(rows, key=lambda row: (fold_name(row.person.name), row.public_id))

    def _id(self, kind: str, uid: str) -> str:
        if not self.is_nameless:
            return uid
        digest = keys.ring().digest("binder names", f"{self._code}\0{kind}\0{uid}")
        return f"{kind}-{digest.hex()[:PSEUDONYM_DIGITS]}"
