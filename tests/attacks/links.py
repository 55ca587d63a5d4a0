"""The attacks: each says whose answer is which, from what is left to be found."""

import re
from collections.abc import Callable, Iterable

from tests.attacks.traces import Row, Trace

Guess = list[tuple[int, str | None]]
Attack = Callable[[Trace], Guess]
ATTACKS: dict[str, Attack] = {}


def attack(act: Attack) -> Attack:
    """Keep an attack under its function's name."""
    ATTACKS[act.__name__] = act
    return act


def links_right(trace: Trace, act: Attack) -> int:
    """Count the people whose answer an attack names; forwards or backwards."""
    guess = act(trace)
    people, markers = [each for each, _ in guess], [each for _, each in guess]
    return max(
        sum(
            marker == f"No {trace.known.index(person):03}"
            for person, marker in zip(people, order, strict=True)
        )
        for order in (markers, markers[::-1])
    )


def _in_order(people: Iterable[int], rows: Iterable[Row]) -> Guess:
    """Take the first row for the first person's, and so on."""
    markers = [each.marker for each in rows]
    return list(zip(people, markers, strict=False))


def _in_text(trace: Trace, text: str) -> Guess:
    """Take the order in which answers are spoken of."""
    markers = dict.fromkeys(re.findall(r"No \d{3}", text))
    return list(zip(trace.known, markers, strict=False))


@attack
def by_row_order(trace: Trace) -> Guess:
    """The rows as a plain SELECT gives them."""
    return _in_order(trace.known, trace.answers)


@attack
def by_row_id(trace: Trace) -> Guess:
    """Ids that count up."""
    return _in_order(trace.known, sorted(trace.answers, key=lambda each: each.id))


@attack
def by_place(trace: Trace) -> Guess:
    """SQLite's rowid, PostgreSQL's ctid: where on the disk a row was put."""
    return _in_order(trace.known, sorted(trace.answers, key=lambda each: each.place))


@attack
def by_xmin(trace: Trace) -> Guess:
    """The number of the transaction that wrote a row."""
    return _in_order(trace.known, sorted(trace.answers, key=lambda each: each.xmin))


@attack
def by_date(trace: Trace) -> Guess:
    """Any date beside an answer."""
    return _in_order(
        trace.known, sorted(trace.answers, key=lambda each: str(each.at or ""))
    )


@attack
def by_certificate_time(trace: Trace) -> Guess:
    """A certificate comes seconds after the receipt that it waited for."""
    dated = sorted(trace.certificates, key=lambda each: each[1])
    return _in_order([each for each, _, _ in dated], trace.answers)


@attack
def by_serial(trace: Trace) -> Guess:
    """Serials that count up, beside answers in the order of their ids."""
    numbered = sorted(trace.certificates, key=lambda each: each[2])
    return _in_order(
        [each for each, _, _ in numbered],
        sorted(trace.answers, key=lambda each: each.id),
    )


@attack
def by_length(trace: Trace) -> Guess:
    """How long what somebody sent is, before the mix and after it."""
    sent = sorted(trace.sealed, key=lambda each: each.place)
    sizes = zip(trace.known, sent, strict=True)
    people = [each for each, _ in sorted(sizes, key=lambda pair: len(pair[1].data))]
    return _in_order(people, sorted(trace.answers, key=lambda each: len(each.data)))


@attack
def by_log(trace: Trace) -> Guess:
    """What the application wrote while people sent."""
    return _in_text(trace, trace.log)


@attack
def by_mail(trace: Trace) -> Guess:
    """What the application mailed, opened with the master key."""
    return _in_text(trace, trace.mails)


@attack
def by_two_backups(trace: Trace) -> Guess:
    """What is the same in a row of the backup before and in one of that after."""
    after = {key: row for row in trace.answers for key in (row.id, row.data)}
    before = sorted(trace.sealed, key=lambda each: each.place)
    same = [after.get(each.id) or after.get(each.data) for each in before]
    return [
        (person, row.marker)
        for person, row in zip(trace.known, same, strict=True)
        if row is not None
    ]


@attack
def by_stored_bytes(trace: Trace) -> Guess:
    """Where in the files the released rows' bytes lie, page by page."""
    order = sorted(
        trace.answers, key=lambda each: _place(trace, trace.raw, each.data[:40])
    )
    return _in_order(trace.known, order)


def _place(trace: Trace, raw: bytes, wanted: bytes) -> tuple[int, int]:
    """A page is filled from its end: what lies further back came first."""
    offset = raw.rfind(wanted)  # copies left behind by a split lie before it
    return offset // trace.page_bytes, -(offset % trace.page_bytes)


@attack
def by_deleted_bytes(trace: Trace) -> Guess:
    """Plain text in free pages and dead rows."""
    markers = {each.decode() for each in re.findall(rb"No \d{3}", trace.deleted)}
    order = sorted(
        markers, key=lambda each: _place(trace, trace.deleted, each.encode())
    )
    return list(zip(trace.known, order, strict=False))
