"""POST …/scans, as devices meet it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
)


@pytest.fixture
def offering(app):
    return make_offering()


@pytest.fixture
def door(client, offering):
    make_day(offering)
    token = make_device(offering)

    def post(*scans, **body):
        return client.post(
            f"/api/v1/offerings/{offering.code}/scans",
            json={"scans": list(scans), **body},
            headers={"Authorization": f"Bearer {token}"},
        )

    return post


def scan(text, **fields):
    return {"id": str(uuid4()), "pass": text, **fields}


def test_first_scan_is_accepted_and_answers_whole(door, offering):
    enrollment = make_enrollment(
        offering=offering, name="Sample Ada", agency="Agency A"
    )
    sent = scan(make_pass(enrollment))

    answer = door(sent)

    assert answer.status_code == 200
    assert answer.json == {
        "received_at": "2026-11-03T09:00:00-06:00",
        "results": [
            {
                "id": sent["id"],
                "outcome": "accepted",
                "reason": None,
                "late": False,
                "first_in": "2026-11-03T09:00:00-06:00",
                "segment": 1,
                "person": {
                    "enrollment": enrollment.public_id,
                    "name": "Sample Ada",
                    "agency": "Agency A",
                },
                "attended": 1,
                "required": 3,
            }
        ],
    }


def test_second_scan_is_a_duplicate_with_the_first_time(door, offering, clock):
    text = make_pass(make_enrollment(offering=offering))
    door(scan(text))
    clock.moment += timedelta(minutes=5)

    result = door(scan(text)).json["results"][0]

    assert (result["outcome"], result["first_in"]) == (
        "duplicate",
        "2026-11-03T09:00:00-06:00",
    )


def test_same_id_gets_the_same_answer_for_ever(door, offering, clock):
    sent = scan(make_pass(make_enrollment(offering=offering)))
    first = door(sent).json["results"]
    clock.moment += timedelta(hours=2)

    assert door(sent).json["results"] == first


def test_same_id_with_other_content_is_an_id_conflict_and_both_are_kept(door, offering):
    sent = scan(make_pass(make_enrollment(offering=offering)))
    other = {**sent, "pass": make_pass(make_enrollment(offering=offering))}

    results = door(sent, other, other).json["results"]

    assert [(r["outcome"], r["reason"]) for r in results] == [
        ("accepted", None),
        ("refused", "id_conflict"),
        ("refused", "id_conflict"),
    ]


def test_one_bad_scan_does_not_spoil_the_others(door, offering):
    good = scan(make_pass(make_enrollment(offering=offering)))
    bad = [
        7,
        {"id": 5},
        scan("https://elsewhere.example"),
        scan("MP1-" + "0" * 27),
        {"pass": "x"},
    ]

    results = door(*bad, good).json["results"]

    assert [(r["id"], r["outcome"], r["reason"]) for r in results] == [
        (None, "refused", "malformed"),
        (None, "refused", "malformed"),
        (bad[2]["id"], "refused", "not_a_pass"),
        (bad[3]["id"], "refused", "unknown_pass"),
        (None, "refused", "malformed"),
        (good["id"], "accepted", None),
    ]


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (NINE_AM - timedelta(minutes=60, seconds=1), "too_early"),
        (NINE_AM - timedelta(minutes=60), None),
        (NINE_AM + timedelta(minutes=90, microseconds=-1), None),
        (NINE_AM + timedelta(minutes=90), "closed"),
    ],
)
def test_the_window_is_open_at_its_start_and_closed_at_its_end(
    door, offering, clock, moment, reason
):
    clock.moment = moment
    text = make_pass(make_enrollment(offering=offering))

    assert door(scan(text, segment=1)).json["results"][0]["reason"] == reason


def test_a_clock_three_hours_fast_is_corrected(door, offering):
    text = make_pass(make_enrollment(offering=offering))
    fast = NINE_AM + timedelta(hours=3)
    sent = scan(text, scanned_at=(fast - timedelta(minutes=1)).isoformat())

    result = door(sent, sent_at=fast.isoformat()).json["results"][0]

    assert (result["outcome"], result["first_in"]) == (
        "accepted",
        "2026-11-03T08:59:00-06:00",
    )
