"""`tracker demo`: what it shows, and that loading it again changes nothing."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.cli.conftest import fresh_terminal
from tests.definitions import as_file, make_definition
from tracker.db import db, metadata
from tracker.demo import marks, offerings
from tracker.demo.people import email_of
from tracker.domain.admissions import Status, Step
from tracker.domain.admissions_window import WindowState
from tracker.domain.eligibility import About, Verdict
from tracker.models import Application, ApplicationEvent, Enrollment, Offering
from tracker.services import (
    admissions_windows,
    catalogue,
    courses,
    enrollments,
    evaluations,
    findings,
    outbox,
    passphrases,
    schedules,
    seats,
    staff,
    waitlists,
)
from tracker.services.audit import CLI
from tracker.services.decisions import DECISIONS

COUNT = 10


@pytest.fixture(scope="module")
def terminal(engine, tmp_path_factory):
    """A terminal beside a database into which the demo was loaded."""
    with fresh_terminal(engine, tmp_path_factory.mktemp("demo")) as terminal:
        terminal.run("demo", "--participants", str(COUNT))
        yield terminal


@pytest.fixture
def empty_terminal(engine, tmp_path):
    with fresh_terminal(engine, tmp_path) as terminal:
        yield terminal


def get_offering(code):
    return db.session.scalars(sa.select(Offering).filter_by(code=code)).one()


def numbers(code):
    """Return the participants' numbers by their enrollments' public ids."""
    rows = enrollments.list_enrollments(get_offering(code))
    by_email = {email_of(n): n for n in range(1, COUNT + 1)}
    return {row.public_id: by_email[row.person.email] for row in rows}


def count_rows():
    """Count the rows of every table."""
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in metadata.sorted_tables
    }


def test_the_past_offering_is_laid_out_as_it_was_held(terminal):
    def days():
        schedule = schedules.schedule_of(get_offering("CSTAR13"))
        held = [schedule.local_day(segment.starts_at) for segment in schedule.held]
        return [(day.isoformat(), held.count(day)) for day in sorted(set(held))]

    assert terminal.look(days) == [
        ("2017-04-18", 4),
        ("2017-04-19", 4),
        ("2017-04-20", 3),
        ("2017-04-21", 2),
    ]


def test_a_few_people_missed_something_and_all_others_are_full(terminal):
    people = terminal.look(lambda: numbers("CSTAR13"))

    matrix = terminal.ask("attendance", "export", "CSTAR13")

    told = {people[row["enrollment"]]: row for row in matrix}
    assert [n for n, row in told.items() if row["full"] == "no"] == [2, 3, 5, 7]
    assert [told[n][s] for n, s in [(2, "7"), (3, "3"), (5, "10"), (6, "6")]] == [
        "absent",
        "partial",
        "excused",
        "made_up",
    ]
    assert (told[7]["2"], told[8]["1"]) == ("absent", "late")


def test_certificates_are_where_the_gate_was_open_and_one_is_revoked(terminal):
    people = terminal.look(lambda: numbers("CSTAR13"))

    listed = terminal.ask("certificates", "list", "CSTAR13")

    told = {people[row["enrollment"]]: row["status"] for row in listed}
    valid = dict.fromkeys([1, 6, 8, 9, 10], "valid")
    assert told == valid | {7: "revoked"}
    issued_on = {people[row["enrollment"]]: row["issued_on"] for row in listed}
    assert (issued_on[1], issued_on[6]) == ("2017-04-21", "2017-05-12")


def test_nothing_that_must_always_hold_is_broken(terminal):
    assert terminal.ask("doctor")["ok"] is True
    assert terminal.ask("attendance", "verify", "CSTAR13")["equal"] is True
    assert terminal.ask("audit", "verify")["ok"] is True


def test_evaluations_stay_sealed_and_one_is_missing(terminal):
    counts = terminal.look(count_rows)
    receipts = terminal.look(
        lambda: evaluations.count_receipts(get_offering("CSTAR13"))
    )

    assert (counts["sealed_responses"], receipts) == (COUNT - 1, COUNT - 1)


def test_nobody_gets_a_mail_of_2017_now(terminal):
    assert terminal.look(lambda: outbox.has_due(now=datetime.now(UTC))) is False


def test_the_live_offering_takes_check_ins_now(terminal):
    def look():
        schedule = schedules.schedule_of(get_offering("CSTAR-LIVE"))
        now = datetime.now(UTC)
        first = schedule.by_number[1]
        return first.starts_at - now, schedule.windows_at(now)[1].takes(now)

    ahead, is_open = terminal.look(look)

    assert is_open
    assert timedelta(minutes=12) < ahead <= timedelta(minutes=15)


def test_the_next_offering_takes_applications_and_asks_for_the_online_course(terminal):
    def look():
        now, offering = datetime.now(UTC), get_offering("CSTAR-NEXT")
        first = schedules.schedule_of(offering).by_number[1].starts_at
        return (
            admissions_windows.state_of(offering, now=now),
            courses.plain_course(offering.course)["prerequisite_course"],
            first.astimezone(ZoneInfo(offering.timezone)).strftime("%A %H:%M"),
            first - now > timedelta(days=119),
            offering.is_demo,
        )

    assert terminal.look(look) == (
        WindowState.OPEN,
        "ICSTAR",
        "Tuesday 08:30",
        True,
        True,
    )


def test_applicants_stand_at_every_point_and_the_coordinator_sees_why(terminal):
    def look():
        offering = get_offering("CSTAR-NEXT")
        rows = db.session.scalars(
            sa.select(Application).filter_by(offering_id=offering.id)
        ).all()
        facts = findings.findings_of(offering, rows)
        return {
            number_of(row): (
                row.status,
                number_of(lead) if (lead := find(rows, row.lead_id)) else None,
                [each.about for each in facts[row.id] if each.verdict != Verdict.MET],
            )
            for row in rows
        }

    def find(rows, key):
        return next((each for each in rows if each.id == key), None)

    def number_of(row):
        return int(re.findall(r"Sample Applicant (\d+)", row.details["name"])[0])

    fine: list[About] = []
    assert terminal.look(look) == {
        1: (Status.ENROLLED, None, fine),
        2: (Status.ENROLLED, None, fine),
        3: (Status.ACCEPTED, None, fine),
        4: (Status.WAITLISTED, None, [About.SEATS]),
        5: (Status.WAITLISTED, None, [About.SEATS]),
        6: (Status.SUBMITTED, None, [About.JURISDICTION, About.SEATS]),
        7: (Status.SUBMITTED, None, [About.PREREQUISITE]),
        8: (Status.SUBMITTED, None, [About.EMAIL]),
        9: (Status.SUBMITTED, None, fine),
        10: (Status.SUBMITTED, 9, fine),
        11: (Status.DRAFT, 9, NOTHING_SAID),
        12: (Status.ASKED, None, fine),
        13: (Status.DECLINED, None, [About.DISCIPLINE]),
    }


# Of an application that its person has not sent.
NOTHING_SAID = [About.DISCIPLINE, About.JURISDICTION, About.EMAIL, About.SEATS]


def test_no_seat_of_the_next_offering_moves_by_itself_so_soon(terminal):
    def look():
        offering, now = get_offering("CSTAR-NEXT"), datetime.now(UTC)
        deadlines = [each.confirm_by for each in seats.list_held(offering)]
        is_late = [each and each < now + timedelta(days=6) for each in deadlines]
        return waitlists.may_advance(offering, now=now), is_late

    assert terminal.look(look) == (False, [False])


def test_every_decision_of_the_demo_keeps_its_author_and_the_facts(terminal):
    decided = sa.select(ApplicationEvent).where(ApplicationEvent.step.in_(DECISIONS))

    events = terminal.look(
        lambda: [
            (each.step, each.user_id is not None, len(each.facts))
            for each in db.session.scalars(decided.order_by(ApplicationEvent.id))
        ]
    )

    steps = [*[Step.ACCEPTED] * 3, *[Step.WAITLISTED] * 2, Step.ASKED, Step.DECLINED]
    assert events == [(each, True, len(About)) for each in steps]


def test_loading_again_changes_nothing(terminal):
    before = terminal.look(count_rows)

    said = terminal.ask("demo", "--participants", str(COUNT))

    assert said == {"loaded": [], "scale": 0}
    assert terminal.look(count_rows) == before


def test_the_printed_passphrase_signs_the_coordinator_in(terminal):
    said = terminal.run("demo").stdout
    kept = terminal.folder / "instance" / "demo-sign-ins.txt"
    (passphrase,) = re.findall(r"passphrase: (\S+)", said)

    def is_right():
        user = staff.find_user_by_email("coordinator@demo.example")
        return passphrases.is_passphrase_of(user, passphrase)

    assert terminal.look(is_right)
    assert f"Passphrase: {passphrase}\n" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert said.count("http://127.0.0.1:5000/") == 5


def test_the_live_offering_can_begin_anew(terminal):
    def starts():
        plans = schedules.schedule_of(get_offering("CSTAR-LIVE")).by_number[13].plans
        return [plan.starts_at for plan in plans]

    terminal.look(lambda: begin_yesterday(get_offering("CSTAR-LIVE")))
    before = terminal.look(starts)
    terminal.run("demo", "--restart-live")

    after = terminal.look(starts)
    assert after[:-1] == before
    assert timedelta(hours=23) < after[-1] - before[-1] < timedelta(hours=25)


def begin_yesterday(offering):
    yesterday = datetime.now(UTC) - timedelta(days=1)
    moved = offerings.restarted(catalogue.export_offering(offering), now=yesterday)
    catalogue.import_offering(moved, actor=CLI, now=yesterday + timedelta(hours=1))
    db.session.commit()


def test_a_load_that_was_cut_off_is_finished_by_the_next(empty_terminal):
    def begin():
        definition = offerings.past_definition(3)
        now = datetime(2017, 1, 1, tzinfo=UTC)
        marks.add_offering(definition, 3, now=now)
        db.session.commit()

    empty_terminal.look(begin)
    loaded = empty_terminal.ask("demo", "--participants", "3")["loaded"]

    assert loaded == ["CSTAR13", "CSTAR-LIVE", "CSTAR-NEXT"]
    assert len(empty_terminal.ask("certificates", "list", "CSTAR13")) == 1
    assert empty_terminal.ask("doctor")["ok"] is True


def test_somebodys_own_offering_is_not_overwritten(empty_terminal):
    definition = make_definition(offering__code="CSTAR-LIVE")
    file = empty_terminal.write("o.yaml", as_file(definition))
    empty_terminal.run("offering", "import", file)

    said = empty_terminal.run("demo", code=1)

    assert "not the demo's" in said.stderr
    assert empty_terminal.look(lambda: db.session.query(Enrollment).count()) == 0


def test_a_scale_of_two_adds_two_past_offerings_with_scans(empty_terminal):
    empty_terminal.run("demo", "--participants", "2", "--scale", "2")
    before = empty_terminal.look(count_rows)
    empty_terminal.run("demo", "--participants", "2", "--scale", "2")

    assert empty_terminal.look(count_rows) == before
    assert (before["offerings"], before["attendance"]) == (5, 3 * (2 * 13 - 1))
    assert empty_terminal.ask("doctor")["ok"] is True
