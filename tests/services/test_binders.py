"""An offering's binder, read back: every part, the checksums, and what is not in it."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from tests.factories import make_enrollment
from tests.filled import EVENING, Filled, fill_offering
from tests.views.counting import counted
from tests.views.desk import make_certificate, scan
from tracker.db import db
from tracker.domain.binders import Scope, Wish
from tracker.errors import InvalidError, NotFoundError
from tracker.models import AuditEntry, Certificate, Enrollment, ResponseBatch, Scan
from tracker.services import binder_zip, binders

WHOLE, NAMELESS = Wish(Scope.WHOLE), Wish(Scope.NAMELESS)
TAG, OTHER = "Quillfeather", "Brackenmoss"
OF_OFFERING = [
    "offering.csv",
    "accreditations.csv",
    "schedule.csv",
    "plans.csv",
    "deliveries.csv",
    "roster.csv",
    "attendance.csv",
]
FACTS = ["scans.csv", "corrections.csv", "dismissals.csv", "contests.csv"]
DAYS = ["headcounts.csv", "days.csv"]
PAPERS = ["certificates.csv", "statements.csv"]
PROOF = ["audit/entries.jsonl", "audit/proof.json"]


@pytest.fixture
def filled(app):
    return fill_offering(TAG)


@pytest.fixture
def other(app):
    return fill_offering(OTHER)


def make(filled: Filled, wish: Wish) -> bytes:
    sink = io.BytesIO()
    contents = binders.read(filled.offering, wish, now=EVENING)
    for _ in binder_zip.write(contents, sink):
        pass
    return sink.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


def column(files: Mapping[str, bytes], name: str, *columns: str) -> list[list[str]]:
    return [[row[each] for each in columns] for row in read(files, name)]


def entries(files: Mapping[str, bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in files["audit/entries.jsonl"].splitlines()]


def test_the_whole_binder_holds_every_part_in_a_fixed_order(filled):
    files = unpack(make(filled, WHOLE))
    (certificate,) = db.session.scalars(sa.select(Certificate))
    (statement,) = read(files, "statements.csv")

    assert list(files) == [
        "README.txt",
        *(*OF_OFFERING, *FACTS, *DAYS, "attendees/1.csv", "forms.csv"),
        "results/evaluation.csv",
        *(*PAPERS, *PROOF),
        f"certificates/{certificate.serial}.pdf",
        f"statements/{statement['serial']}.pdf",
        "checksums.txt",
    ]
    assert files[f"certificates/{certificate.serial}.pdf"] == filled.pdf
    assert files[f"statements/{statement['serial']}.pdf"] == filled.statement
    assert make(filled, WHOLE) == make(filled, WHOLE)


def test_its_tables_say_what_was_recorded(filled):
    files = unpack(make(filled, WHOLE))
    ada, bo = f"{TAG} Ada", f"{TAG} Bo"

    assert column(
        files, "roster.csv", "name", "agency", "attended", "minutes", "full"
    ) == [
        [ada, f"{TAG} Agency of Ada", "3", "270", "yes"],
        [bo, f"{TAG} Agency of Bo", "3", "270", "yes"],
        [f"{TAG} Gone", "Sample Agency", "0", "0", "no"],
    ]
    assert column(files, "attendance.csv", "name", "segment", "status")[:4] == [
        [ada, "1", "present"],
        [ada, "2", "present"],
        [ada, "3", "present"],
        [bo, "1", "present"],
    ]
    assert column(files, "scans.csv", "name", "segment", "outcome", "written name")[
        :3
    ] == [
        [ada, "1", "accepted", ""],
        [bo, "1", "accepted", ""],
        [f"{TAG} Gone", "1", "held", f"{TAG} Written"],
    ]
    assert column(files, "corrections.csv", "name", "kind", "reason", "by") == [
        [bo, "check_in", f"{TAG} saw it", f"{TAG} Staff"]
    ]
    assert column(files, "contests.csv", "name", "state", "words") == [
        [bo, "open", f"{TAG} was there"]
    ]
    assert column(
        files, "headcounts.csv", "segment", "counted", "recorded as in", "difference"
    ) == [["1", "3", "2", "1"]]
    assert column(files, "deliveries.csv", "segment", "really ended", "reason") == [
        ["1", "2026-11-03T10:40:00-06:00", f"{TAG} overran"]
    ]
    assert column(files, "days.csv", "day", "notes") == [["2026-11-03", f"{TAG} notes"]]
    assert column(files, "attendees/1.csv", "name", "licence number", "minutes") == [
        [ada, "", "270"],
        [bo, f"{TAG}-0012", "270"],
    ]
    assert column(files, "schedule.csv", "number", "starts", "instructors")[0] == [
        *("1", "2026-11-03T09:00:00-06:00", f"{TAG} Instructor")
    ]


def test_every_other_file_has_its_checksum(filled):
    files = unpack(make(filled, WHOLE))
    checksums = files.pop("checksums.txt").decode()

    assert checksums == "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()
    )
    assert all(name in files["README.txt"].decode() for name in OF_OFFERING)


def test_the_audit_proof_has_every_entry_of_the_chain_with_its_seal(filled, session):
    files = unpack(make(filled, WHOLE))
    stored = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.chain == filled.offering.code)
        .order_by(AuditEntry.sequence)
    ).all()

    assert [(each["sequence"], each["seal"]) for each in entries(files)] == [
        (row.sequence, row.seal.hex()) for row in stored
    ]
    assert entries(files)[0]["details"] == {"enrollment": filled.ada.public_id}
    proof = json.loads(files["audit/proof.json"])
    assert (proof["is_whole"], proof["entries"]) == (True, 3)
    assert proof["last_seal"] == stored[-1].seal.hex()


def test_a_broken_audit_log_is_told_on_the_first_page(filled, session):
    session.execute(
        sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(action="other")
    )

    contents = binders.read(filled.offering, WHOLE, now=EVENING)

    assert contents.broken == "entry 2 was changed"
    assert "The audit log of this offering is broken" in binder_zip.first_page(contents)


@pytest.mark.parametrize("scope", Scope)
def test_nothing_of_another_offering_is_in_any_binder(filled, other, scope):
    key = {Scope.PERSON: filled.ada.public_id, Scope.JURISDICTION: filled.key}
    files = unpack(make(filled, Wish(scope, key.get(scope, ""))))
    foreign = {OTHER, other.offering.code, other.ada.public_id, other.bo.public_id}
    foreign |= set(db.session.scalars(scans_of(other)))

    everything = b"\n".join([*files.values(), *map(str.encode, files)]).decode()

    assert [each for each in foreign if each in everything] == []


def scans_of(filled: Filled) -> sa.Select[str]:
    return sa.select(Scan.uid).where(Scan.offering_id == filled.offering.id)


def test_the_nameless_binder_names_nobody_anywhere_in_its_bytes(filled):
    raw = make(filled, NAMELESS)
    files = unpack(raw)
    everything = b"\n".join([raw, *files.values()]).decode(errors="replace")

    assert TAG in unpack(make(filled, WHOLE))["results/evaluation.csv"].decode()
    assert TAG not in everything
    assert filled.user.email not in everything
    assert [name for name in files if name.endswith(".pdf")] == []
    assert "Instructor 1" in files["results/evaluation.csv"].decode()
    assert list(files) == [
        "README.txt",
        *(*OF_OFFERING, *FACTS, *DAYS, "forms.csv", "results/evaluation.csv"),
        *(*PAPERS, *PROOF, "checksums.txt"),
    ]


def test_the_nameless_binder_has_no_id_that_leads_to_a_pass_or_a_certificate(
    filled, session
):
    everything = b"\n".join(unpack(make(filled, NAMELESS)).values()).decode()
    ids = set(session.scalars(scans_of(filled)))
    ids |= set(session.scalars(sa.select(Enrollment.public_id)))
    ids |= set(session.scalars(sa.select(Certificate.serial)))
    ids |= {filled.bo.person.public_id, filled.user.public_id}

    assert [each for each in ids if each in everything] == []


def test_nameless_ids_agree_from_file_to_file_and_from_binder_to_binder(filled):
    first, second = unpack(make(filled, NAMELESS)), unpack(make(filled, NAMELESS))
    people = {row["enrollment"] for row in read(first, "roster.csv")}

    assert len(people) == 3
    assert {row["enrollment"] for row in read(first, "scans.csv")} == people
    assert people == {row["enrollment"] for row in read(second, "roster.csv")}
    assert sorted(people) == [row["enrollment"] for row in read(first, "roster.csv")]
    rests_on = {row["rests on"] for row in read(first, "attendance.csv")} - {""}
    known = {f"scan:{row['scan']}" for row in read(first, "scans.csv")}
    known |= {
        f"correction:{row['correction']}" for row in read(first, "corrections.csv")
    }
    assert rests_on <= known


def test_one_persons_binder_holds_their_records_only(filled):
    files = unpack(make(filled, Wish(Scope.PERSON, filled.bo.public_id)))
    everything = b"\n".join(files.values()).decode()

    assert list(files)[1:-1] == [
        *(*OF_OFFERING, "scans.csv", "corrections.csv", "contests.csv"),
        *(*PAPERS, *PROOF),
        f"statements/{read(files, 'statements.csv')[0]['serial']}.pdf",
    ]
    assert f"{TAG} Ada" not in everything
    assert filled.ada.public_id not in everything
    assert column(files, "roster.csv", "name") == [[f"{TAG} Bo"]]
    assert [each.get("details") for each in entries(files)] == [
        None,
        {"enrollment": filled.bo.public_id},
        None,
    ]


def test_one_jurisdictions_binder_holds_who_has_credit_there(filled):
    files = unpack(make(filled, Wish(Scope.JURISDICTION, filled.key)))

    assert list(files)[1:-1] == [
        *(*OF_OFFERING, "attendees/1.csv", "statements.csv", *PROOF),
        f"statements/{read(files, 'statements.csv')[0]['serial']}.pdf",
    ]
    assert column(files, "roster.csv", "name") == [[f"{TAG} Ada"], [f"{TAG} Bo"]]
    assert column(files, "attendees/1.csv", "hours") == [["4.5"], ["4.5"]]


def test_answers_that_are_not_released_are_not_in_it_and_the_first_page_says_why(
    filled, session
):
    session.execute(sa.update(ResponseBatch).values(is_released=False))
    files = unpack(make(filled, WHOLE))

    assert "results/evaluation.csv" not in files
    assert "Results of the evaluation: Fewer than 5" in files["README.txt"].decode()


def test_a_wish_for_somebody_elsewhere_is_refused(filled, other):
    with pytest.raises(NotFoundError):
        binders.check(filled.offering, Wish(Scope.PERSON, other.ada.public_id))
    with pytest.raises(InvalidError):
        binders.check(filled.offering, Wish(Scope.JURISDICTION, "f" * 16))


def test_no_cell_becomes_a_formula(filled, session):
    filled.ada.person.name = '=HYPERLINK("https://elsewhere.example")'
    session.commit()
    files = unpack(make(filled, WHOLE))

    assert "\"'=HYPERLINK(" in files["roster.csv"].decode()


@pytest.mark.parametrize("wish", [WHOLE, NAMELESS])
def test_the_queries_do_not_grow_with_the_people(filled, session, wish):
    session.expire_all()
    with counted() as few:
        make(filled, wish)
    for number in range(8):
        row = make_enrollment(offering=filled.offering, name=f"Sample {number}")
        make_certificate(row, serial=f"MC1-sample-{number}")
        for segment in filled.offering.segments:
            scan(row, segment)
    session.commit()
    session.expire_all()
    with counted() as many:
        make(filled, wish)

    assert len(many) == len(few)
