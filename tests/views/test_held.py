"""The list of held scans: filtered, decided together, matched one by one."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import NINE_AM, make_enrollment, make_scan
from tests.views.counting import counted
from tests.views.desk import at, board_of, facts, of, text_of
from tests.views.forms import errors_of, send
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scans import Outcome, Reason
from tracker.models import Dismissal
from tracker.models.staff import Role


def hold(enrollment, number=1, reason=Reason.CLOCK_UNSURE, **fields):
    segment = enrollment.offering.segments[number - 1] if number else None
    return make_scan(enrollment, segment, outcome=Outcome.HELD, reason=reason, **fields)


def write_name(enrollment, note):
    row = hold(enrollment, reason=Reason.NOT_IN_ROSTER, note=note)
    row.enrollment_id = None
    return row


@pytest.fixture
def page_of(coordinator, offering, session):
    def page(rest=""):
        session.commit()
        return coordinator.get(at(offering, f"/held{rest}"))

    return page


def decide(browser, offering, scans, decision="count", rest="", **fields):
    address = at(offering, f"/held{rest}")
    form = {"uid": uuid4().hex, "chip": "seen_in_room", **fields}
    ticked = [each.uid for each in scans]
    form = {f"segment-{uid}": "1" for uid in ticked} | form
    return send(browser, address, scan=ticked, decision=decision, **form)


def test_several_are_ticked_and_count_for_one_reason(
    coordinator, offering, people, page_of, session, clock
):
    scans = [hold(each) for each in people]
    page = page_of()
    assert "3 wait for a decision" in text_of(page)
    assert "the scanner's clock was not certain" in text_of(page)

    answer = decide(coordinator, offering, scans[:2])

    assert answer.location == at(offering, "/held")
    assert [row.scan_uid for row in facts(session)] == [each.uid for each in scans[:2]]
    after = page_of()
    assert "2 decided." in after.text
    assert people[2].person.name in after.text
    assert people[0].person.name not in after.text


def test_what_was_decided_meanwhile_is_said(coordinator, offering, ada, session):
    scan = hold(ada)
    session.commit()
    decide(coordinator, offering, [scan])

    decide(coordinator, offering, [scan], "dismiss")

    assert [row.kind for row in facts(session)] == [CorrectionKind.CHECK_IN]
    said = coordinator.get(at(offering, "/held")).text
    assert "1 was decided meanwhile by somebody else." in said


def test_nothing_ticked_and_no_reason_are_said_beside_the_form(
    coordinator, offering, ada, session
):
    scan = hold(ada)
    session.commit()

    none = decide(coordinator, offering, [])
    other = decide(coordinator, offering, [scan], chip="other")

    assert none.status_code == other.status_code == 422
    assert "Tick the scans to decide." in none.text
    assert "Say why in a few words." in other.text
    assert f'value="{scan.uid}" checked' in other.text
    assert facts(session) == []


@pytest.mark.parametrize(
    "fields", [{"segment": "9"}, {"segment": "1\0"}, {"person": "somebody"}]
)
def test_what_the_lists_do_not_offer_is_refused(
    coordinator, offering, ada, session, fields
):
    scan = hold(ada)
    session.commit()
    sent = {f"{name}-{scan.uid}": value for name, value in fields.items()}

    assert decide(coordinator, offering, [scan], **sent).status_code == 422
    assert facts(session) == []


def test_it_is_filtered_by_reason_and_segment(offering, people, page_of):
    hold(people[0])
    hold(people[1], reason=Reason.SHARED_DEVICE)
    hold(people[2], number=2, at=NINE_AM + timedelta(minutes=110))

    def names(rest):
        page = page_of(rest).text
        return [each.person.name for each in people if f" {each.person.name}<" in page
                or f">{each.person.name}<" in page]  # fmt: skip

    assert names("") == [each.person.name for each in people]
    assert names("?reason=shared_device") == [people[1].person.name]
    assert names("?segment=2") == [people[2].person.name]
    assert names("?reason=clock_unsure&segment=1") == [people[0].person.name]
    assert names("?reason=nonsense&segment=x") == [each.person.name for each in people]
    assert "No held scan of that kind" in page_of("?segment=3").text


def test_a_written_name_is_matched_from_the_list(
    coordinator, offering, ada, page_of, session
):
    scan = write_name(ada, "Ada Lovelace")
    page = page_of()
    assert f'name="person-{scan.uid}"' in page.text

    decide(coordinator, offering, [scan], **{f"person-{scan.uid}": ada.public_id})

    (row,) = facts(session)
    assert (row.enrollment_id, row.scan_uid) == (ada.id, scan.uid)
    assert "1 of 3 segments" in text_of(coordinator.get(of(ada)))


def test_a_written_name_is_matched_on_its_own_page(coordinator, offering, ada, session):
    scan = write_name(ada, "W. Written")
    session.commit()
    address = at(offering, f"/held/{scan.uid}")
    form = {"uid": uuid4().hex, "chip": "seen_in_room", "segment": "1"}

    nobody = send(coordinator, address, decision="count", **form)
    answer = send(coordinator, address, decision="count", person=ada.public_id, **form)

    assert errors_of(nobody) == ["Choose whose scan this is."]
    assert answer.location == at(offering, "/held")
    assert [row.enrollment_id for row in facts(session)] == [ada.id]
    assert "decided already" in coordinator.get(address).text
    late = send(
        coordinator, address, coordinator.get(at(offering, "/settings")),
        decision="dismiss", **form | {"uid": uuid4().hex},
    )  # fmt: skip
    assert late.status_code == 409


def test_a_written_name_of_nobody_is_dismissed(coordinator, offering, ada, session):
    scan = write_name(ada, "W. Written")
    session.commit()

    decide(coordinator, offering, [scan], "dismiss")

    assert [row.scan_uid for row in facts(session, Dismissal)] == [scan.uid]


def test_what_is_written_is_shown_as_written(ada, page_of):
    write_name(ada, "<img src=x onerror=alert(1)> {{7*7}}")

    page = page_of().text

    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}}" in page


def test_the_overview_and_the_board_say_how_many_wait(
    coordinator, staff, offering, ada, session
):
    hold(ada)
    session.commit()

    assert "1 scan waits for a decision" in text_of(coordinator.get(at(offering)))
    assert "1 held scan waits" in text_of(coordinator.get(board_of(offering)))
    assert "held scan" not in staff(Role.INSTRUCTOR).get(board_of(offering)).text


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(
    coordinator, offering, session
):
    def queries():
        session.commit()
        with counted() as statements:
            assert coordinator.get(at(offering, "/held")).status_code == 200
        return len(statements)

    write_name(make_enrollment(offering=offering), "Somebody")
    hold(make_enrollment(offering=offering))
    few = queries()
    for n in range(30):
        hold(make_enrollment(offering=offering))
        write_name(make_enrollment(offering=offering), f"Somebody {n}")

    assert queries() == few


def test_a_long_list_has_pages(offering, ada, page_of):
    for minute in range(55):
        hold(ada, at=NINE_AM + timedelta(minutes=minute))

    assert page_of().text.count('type="checkbox"') == 50
    assert page_of("?page=2").text.count('type="checkbox"') == 5
    assert page_of("?page=99").text.count('type="checkbox"') == 5
