"""Offerings from files: imported whole or refused whole, and written back."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.definitions import as_file, make_definition
from tests.factories import NINE_AM, make_enrollment, save
from tracker import links
from tracker.db import db
from tracker.errors import InvalidError, NotFoundError, RowsRefusedError
from tracker.models import (
    AuditEntry,
    Course,
    EvaluationReceipt,
    Instructor,
    Offering,
    OfferingCounter,
)
from tracker.services import batches, catalogue, evaluations, schedules
from tracker.services.audit import CLI
from tracker.services.segments import read_segments
from tracker.yaml_reader import read_yaml

ELEVEN = {"kind": "agency", "value": "Sample Agency", "seats": 11}
LATER = NINE_AM - timedelta(days=1)
EARLIER = NINE_AM - timedelta(days=30)


def import_it(definition, now=EARLIER, lines=None):
    return catalogue.import_offering(definition, actor=CLI, now=now, lines=lines)


def refusals(definition, lines=None):
    """Return {path: reason} of an import that must be refused."""
    with pytest.raises(RowsRefusedError) as caught:
        import_it(definition, lines=lines)
    return {each["column"]: each["reason"] for each in caught.value.refused}


def counts():
    """Count what an import writes."""
    return [
        db.session.scalar(sa.select(sa.func.count()).select_from(model))
        for model in (Offering, Course, Instructor, OfferingCounter, AuditEntry)
    ]


def test_an_imported_offering_has_its_segments_in_its_own_zone(app):
    offering, change = import_it(make_definition())

    schedule = schedules.schedule_of(offering)
    first = schedule.by_number[1]
    assert change == "created"
    assert [segment.number for segment in schedule.held] == [1, 2, 3]
    assert first.starts_at == datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
    assert (first.credit_minutes, schedule.by_number[2].credit_minutes) == (90, 80)
    assert schedule.policy.late_minutes == 25
    assert len(offering.key) == 32
    assert evaluations.form_of(offering)[0].definition == evaluations.default_form()


def test_an_import_makes_the_evaluation_key_that_nobody_else_can_read(app):
    offering, _ = import_it(make_definition())

    path = links.settings().evaluation_keys / f"{offering.code}.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(batches.get_batch(offering).public_key) == 32


def test_an_export_imported_again_is_unchanged(app):
    offering, _ = import_it(make_definition())
    exported = catalogue.export_offering(offering)
    before = counts()

    again, change = import_it(read_yaml(as_file(exported)).value)

    assert (again, change) == (offering, "unchanged")
    assert counts() == before


def test_import_export_import_export_is_stable(app):
    definition = make_definition(segments__0__starts_at="2026-11-03 09:00:30")
    first = catalogue.export_offering(import_it(definition)[0])
    changed = {**first, "offering": {**first["offering"], "city": "Lincoln"}}

    offering, change = import_it(changed)

    assert change == "updated"
    assert catalogue.export_offering(offering) == changed


def test_a_file_without_a_form_leaves_the_form_as_it_is(app):
    definition = make_definition()
    form = evaluations.default_form()
    form["sections"] = form["sections"][:1]
    offering, _ = import_it({**definition, "evaluation": form})

    _, change = import_it(definition)

    assert change == "unchanged"
    assert evaluations.form_of(offering)[0].definition == form


def test_every_form_of_a_file_round_trips(app):
    form = evaluations.default_form()
    check = {"sections": form["sections"][:1]}
    definition = make_definition() | {"knowledge": check, "follow_up": form}
    exported = catalogue.export_offering(import_it(definition)[0])

    _, change = import_it(exported)

    assert change == "unchanged"
    assert (exported["knowledge"], exported["follow_up"]) == (check, form)


SETTLED = {
    "course": ("prerequisite_course", "questions"),
    "offering": ("published", "applications", "admission", "cancelled", "catchment"),
}


def settled(**fields):
    """A file that says everything about applying."""
    window = {"opens_at": "2026-09-01 09:00", "closes_at": None, "closed": True}
    reserved = [{"kind": "discipline", "value": "Prosecutors", "seats": 2}]
    admission = {
        "confirm_days": 0,
        "overbooking": 1,
        "waitlist_order": "listed",
        "reservations": reserved,
    }
    question = {"key": "unit", "label": "Unit", "kind": "text", "required": True}
    save(Course(code="FIRST", title="Sample course before"))
    said = {
        "offering__published": False,
        "offering__applications": window,
        "offering__admission": admission,
        "offering__cancelled": True,
        "offering__catchment": ["NE / Douglas", "IA"],
        "course__prerequisite_course": "FIRST",
        "course__questions": [question],
    }
    return make_definition(**said | fields)


def test_what_a_file_says_about_applying_round_trips(app):
    definition = settled()
    offering, _ = import_it(definition)

    exported = catalogue.export_offering(offering)

    for part, names in SETTLED.items():
        said = [definition[part][name] for name in names]
        assert [exported[part][name] for name in names] == said
    assert import_it(exported)[1] == "unchanged"


def test_an_older_file_publishes_a_new_offering_and_keeps_what_is_known(app):
    offering, _ = import_it(make_definition())
    assert (offering.published_at, offering.cancelled_at) == (EARLIER, None)
    changed = settled(offering__code=offering.code)
    import_it(changed)

    older = make_definition(offering__code=offering.code, offering__city="Lincoln")
    again, change = import_it(older)

    kept = catalogue.export_offering(again)
    assert (change, again.city) == ("updated", "Lincoln")
    assert kept["offering"]["admission"] == changed["offering"]["admission"]
    assert kept["offering"]["applications"] == changed["offering"]["applications"]
    assert (kept["offering"]["published"], kept["offering"]["cancelled"]) == (
        False,
        True,
    )
    assert kept["course"]["questions"] == changed["course"]["questions"]
    assert kept["course"]["prerequisite_course"] == "FIRST"


def test_a_draft_may_be_without_segments(app):
    offering, _ = import_it(make_definition(segments=[], offering__published=False))

    assert import_it(catalogue.export_offering(offering))[1] == "unchanged"


def test_no_course_waits_for_itself_in_a_circle(app):
    import_it(make_definition(course__code="ONE"))
    import_it(make_definition(course__code="TWO", course__prerequisite_course="ONE"))

    circle = make_definition(course__code="ONE", course__prerequisite_course="TWO")

    reason = "TWO cannot come before ONE and after it"
    assert refusals(circle) == {"course.prerequisite_course": reason}


def test_a_changed_time_is_a_new_version_from_now_on(app):
    definition = make_definition()
    offering, _ = import_it(definition)
    definition["segments"][0]["ends_at"] = "2026-11-03 11:00"

    import_it(definition, now=LATER)

    plans = schedules.schedule_of(offering).by_number[1].plans
    assert [(plan.valid_from, plan.ends_at) for plan in plans] == [
        (EARLIER, datetime(2026, 11, 3, 16, 30, tzinfo=UTC)),
        (LATER, datetime(2026, 11, 3, 17, 0, tzinfo=UTC)),
    ]


def test_a_changed_title_makes_no_version_but_raises_the_counter(app):
    definition = make_definition()
    offering, _ = import_it(definition)
    counter = db.session.get_one(OfferingCounter, offering.id)
    db.session.refresh(counter)
    before = counter.schedule_version
    definition["segments"][0]["title"] = "Early morning"

    import_it(definition, now=LATER)

    db.session.refresh(counter)
    assert counter.schedule_version == before + 1
    assert len(schedules.schedule_of(offering).by_number[1].plans) == 1


def test_a_segment_cannot_be_left_out_but_cancelled(app):
    definition = make_definition()
    offering, _ = import_it(definition)
    third = definition["segments"].pop()

    assert "number 3 is missing" in refusals(definition)["segments"]
    definition["segments"].append({**third, "cancelled": True})
    import_it(definition, now=LATER)

    assert schedules.schedule_of(offering).by_number[3].cancelled_at == LATER


def test_instructors_are_found_by_key_under_another_name_and_order(app):
    definition = make_definition()
    offering, _ = import_it(definition)
    ids = {row.key: row.id for row in offering_instructors(offering)}
    ada, bo = definition["instructors"]
    definition["instructors"] = [bo, {**ada, "name": "Sample Ada Byron"}]

    import_it(definition, now=LATER)

    rows = offering_instructors(offering)
    assert [(row.key, row.id, row.name) for row in rows] == [
        ("bo", ids["bo"], "Sample Instructor Bo"),
        ("ada", ids["ada"], "Sample Ada Byron"),
    ]


def offering_instructors(offering):
    rows = sa.select(Instructor).filter_by(offering_id=offering.id)
    return list(db.session.scalars(rows.order_by(Instructor.position)))


def test_an_evaluated_instructor_cannot_be_taken_out(app):
    definition = make_definition()
    offering, _ = import_it(definition)
    save(EvaluationReceipt(enrollment_id=make_enrollment(offering=offering).id))
    definition["instructors"].pop(0)
    definition["segments"][0]["instructors"] = ["bo"]

    assert refusals(definition) == {
        "instructors": "ada: evaluated already, cannot be removed"
    }


def test_an_instructor_nobody_has_evaluated_can_be_taken_out(app):
    definition = make_definition()
    offering, _ = import_it(definition)
    definition["instructors"].pop(0)
    definition["segments"][0]["instructors"] = ["bo"]

    import_it(definition, now=LATER)

    exported = catalogue.export_offering(offering)
    assert [each["key"] for each in exported["instructors"]] == ["bo"]
    assert exported["segments"][0]["instructors"] == ["bo"]


def test_the_capacity_cannot_fall_below_who_is_enrolled(app):
    definition = make_definition()
    offering, _ = import_it(definition)
    for _ in range(3):
        make_enrollment(offering=offering)
    definition["offering"]["capacity"] = 2

    reason = "leaves 2 of the 3 seats that are taken"
    assert refusals(definition) == {"offering.capacity": reason}
    definition["offering"]["admission"] = {"overbooking": 1}
    assert import_it(definition)[1] == "updated"


@pytest.mark.parametrize(
    ("path", "value", "place", "reason"),
    [
        ("offering__citty", "x", "offering.citty", "perhaps “city”"),
        ("banana", 1, "banana", "known are course, offering"),
        ("offering__city", 7, "offering.city", "must be a text"),
        ("offering__city", "", "offering.city", "must not be empty"),
        ("offering__city", "a\u202eb", "offering.city", "direction of writing"),
        ("offering__city", "a\ud800b", "offering.city", "cannot be printed"),
        ("offering__code", "../x", "offering.code", "letters, digits, dashes"),
        ("offering__timezone", "Omaha", "offering.timezone", "is not a zone"),
        ("offering__starts_on", "3.11.2026", "offering.starts_on", "must be"),
        ("offering__starts_on", "2026-02-30", "offering.starts_on", "calendar"),
        ("offering__ends_on", "2026-11-01", "offering.ends_on", "is before starts_on"),
        ("offering__capacity", -1, "offering.capacity", "at least 0"),
        ("offering__capacity", True, "offering.capacity", "whole number"),
        ("offering__stock", "gold", "offering.stock", "'lemon', 'rose'"),
        ("offering__host", None, "offering.host", "names with values"),
        ("offering__policy__lates", 3, "offering.policy.lates", "not known"),
        ("offering__policy__late_minutes", 3, "offering.policy.late_minutes", "less"),
        ("offering__policy__late_minutes", "3", "offering.policy.late_minutes", "0"),
        ("offering__accreditations__0__rounding", "up",
         "offering.accreditations[0].rounding", "'nearest_quarter'"),
        ("segments", [], "segments", "must not be empty"),
        ("segments__1__number", 1, "segments[1].number", "1 stands in segments[0]"),
        ("segments__1__number", "2", "segments[1].number", "whole number"),
        ("segments__1__starts_at", "2026-11-03 10:00", "segments[1].starts_at",
         "overlaps segment 1"),
        ("segments__1__ends_at", "2026-11-03 12:00", "segments[1].ends_at", "after"),
        ("segments__1__ends_at", "2026-11-05 12:00", "segments[1].ends_at", "days"),
        ("segments__1__ends_at", "14:30", "segments[1].ends_at", "such as 2017"),
        ("segments__1__instructors", ["cy"], "segments[1].instructors[0]", "“cy”"),
        ("instructors__1__key", "ada", "instructors[1].key", "stands in"),
        ("evaluation", {"sections": []}, "evaluation.sections", "empty"),
        ("course__questions", [{"key": "A"}], "course.questions[0].key", "small"),
        ("course__questions", "x", "course.questions", "must be a list"),
        ("course__prerequisite_course", "NONE", "course.prerequisite_course", "add it"),
        ("course__prerequisite_course", "SAMPLE", "course.prerequisite_course",
         "before SAMPLE and after"),
        ("offering__published", "yes", "offering.published", "true or false"),
        ("offering__catchment", ["NE /"], "offering.catchment[0]", "a county"),
        ("offering__applications", {"opens_at": "soon"},
         "offering.applications.opens_at", "must be a time"),
        ("offering__applications", {"closes_at": "2026-12-01 09:00"},
         "offering.applications.closes_at", "after the last day"),
        ("offering__admission", {"confirm_days": 91},
         "offering.admission.confirm_days", "at most 90"),
        ("offering__admission", {"waitlist_order": "luck"},
         "offering.admission.waitlist_order", "'applied' or 'listed'"),
        ("offering__admission", {"reservations": [ELEVEN]},
         "offering.admission.reservations", "11 seats, of 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_place(app, path, value, place, reason):
    before = counts()

    found = refusals(make_definition(**{path: value}))

    assert reason in found[place]
    assert counts() == before


def test_every_problem_is_named_with_its_line(app):
    text = as_file(make_definition(course__titel="x", segments__2__ends_at="soon"))
    file = read_yaml(text.replace(b"  city: Omaha\n", b""))

    with pytest.raises(RowsRefusedError) as caught:
        import_it(file.value, lines=file.lines)

    lines = text.replace(b"  city: Omaha\n", b"").decode().split("\n")
    assert [each["column"] for each in caught.value.refused] == [
        "course.titel",
        "offering.city",
        "segments[2].ends_at",
    ]
    shown = [lines[int(str(each["row"])) - 1].strip() for each in caught.value.refused]
    assert shown == ["titel: x", "offering:", "ends_at: soon"]


def test_times_that_clocks_skip_or_repeat_are_explained(app):
    spring = {"offering__starts_on": "2027-03-14", "offering__ends_on": "2027-03-14"}
    autumn = {"offering__starts_on": "2027-11-07", "offering__ends_on": "2027-11-07"}

    skipped = one_segment("2027-03-14 02:30", "2027-03-14 04:00", spring)
    twice = one_segment("2027-11-07 01:30", "2027-11-07 04:00", autumn)

    assert "does not exist" in refusals(skipped)["segments[0].starts_at"]
    assert "2027-11-07 01:30-06:00" in refusals(twice)["segments[0].starts_at"]


def test_a_repeated_time_with_its_offset_round_trips(app):
    days = {"offering__starts_on": "2027-11-07", "offering__ends_on": "2027-11-07"}
    definition = one_segment("2027-11-07 01:30-06:00", "2027-11-07 04:00", days)

    offering, _ = import_it(definition)

    exported = catalogue.export_offering(offering)
    assert exported["segments"][0]["starts_at"] == "2027-11-07 01:30-06:00"
    assert exported["segments"][0]["credit_minutes"] == 150
    assert import_it(exported)[1] == "unchanged"


def one_segment(starts_at, ends_at, days):
    times = {"starts_at": starts_at, "ends_at": ends_at}
    return make_definition(segments=[{"number": 1, "title": "Only", **times}], **days)


def test_two_rooms_may_be_used_at_once(app):
    definition = make_definition(
        segments__1__starts_at="2026-11-03 09:00", segments__1__room="Library"
    )

    assert import_it(definition)[1] == "created"


def test_a_segment_within_a_long_one_overlaps_it_however_they_are_listed(app):
    definition = make_definition(segments__0__ends_at="2026-11-03 18:00")
    definition["segments"].append(
        {
            "number": 4,
            "title": "Evening",
            "starts_at": "2026-11-03 17:00",
            "ends_at": "2026-11-03 17:30",
            "room": "hall",
        }
    )

    found = refusals(definition)

    assert set(found) == {"segments[1].starts_at", "segments[3].starts_at"}
    assert found["segments[3].starts_at"].startswith("overlaps segment 1")


@pytest.mark.parametrize("value", [None, [], "text", {}, {"segments": "x"}, 7])
def test_what_is_no_offering_at_all_is_refused(app, value):
    assert refusals(value)


def test_a_moved_segment_keeps_its_earlier_plan(app):
    offering, _ = import_it(make_definition())
    (segment,) = [s for s in read_segments(offering) if s.number == 2]
    starts_at = segment.starts_at + timedelta(hours=1)
    ends_at = segment.ends_at + timedelta(hours=1)

    moved = [
        catalogue.move_segment(
            segment, starts_at, ends_at, "Library", actor=CLI, now=LATER
        )
        for _ in range(2)
    ]

    plans = schedules.schedule_of(offering).by_number[2].plans
    assert moved == [True, False]
    assert [plan.room for plan in plans] == ["Hall", "Library"]
    assert plans[-1].starts_at == starts_at


def test_a_segment_cannot_be_moved_onto_another(app):
    offering, _ = import_it(make_definition())
    first, second, _ = read_segments(offering)

    with pytest.raises(InvalidError) as caught:
        catalogue.move_segment(
            second, first.starts_at, first.ends_at, "Hall", actor=CLI, now=LATER
        )

    assert caught.value.errors == {"starts_at": "overlaps segment 1, in the same room"}
    assert second.room == "Hall"
    assert second.starts_at > first.ends_at


def test_an_unknown_code_is_not_found(app):
    with pytest.raises(NotFoundError):
        catalogue.get_offering("NOWHERE")
    with pytest.raises(NotFoundError):
        catalogue.get_course("NOWHERE")
