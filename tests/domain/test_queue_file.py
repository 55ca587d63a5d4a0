"""The file of a device's queue: read whole or refused, corrected by its own clock."""

import hashlib
import hmac
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.queue_file import (
    NEAR,
    QueueFileError,
    in_batches,
    read_queue_file,
)
from tracker.domain.queue_proof import signed_bytes
from tracker.domain.scan_input import read_scan

MINUTE = 60_000
PROOF = "4eda01e2289d41b70ba69e02b866fdebb8caced585c0c33eccccabf98e342910"


def make_file(*scans, **fields):
    return {
        "format": "muster-scans-1",
        "offering": "S13",
        "device": "Door 1",
        "exported_at": "2026-11-03T09:00:00-06:00",
        "scans": list(scans) or [{"id": "a", "pass": "x"}],
        **fields,
    }


def make_new_file(*scans, **fields):
    return make_file(
        *scans, **{"format": "muster-scans-2", "unsure": [], "undos": [], **fields}
    )


def test_what_is_signed_are_the_bytes_that_the_door_signs():
    """tests/js/queue-file.test.mjs has the same file, and the same proof."""
    scan = {"id": "a", "note": 'Zo\u00eb "Q"\u2028/', "offset_ms": -1200}
    undo = {"id": "u", "scan": "a", "made_at": "2026-11-24T14:00:01.000Z"}
    content = make_new_file(
        scan,
        device="T\u00fcr 1",
        exported_at="2026-11-24T15:00:00.000Z",
        unsure=["a"],
        undos=[undo],
    )

    proof = hmac.digest(
        hashlib.sha256(b"mdev_x").digest(), signed_bytes(content), "sha256"
    )

    assert proof.hex() == PROOF


def test_a_file_gives_its_device_and_its_scans():
    file = read_queue_file(
        make_file({"id": "a", "pass": "x"}, {"id": "b", "pass": "y", "offset_ms": 5}),
        "S13",
    )

    assert file.device == "Door 1"
    assert [scan.uid for scan in file.scans] == ["a", "b"]


def test_a_bad_scan_does_not_refuse_the_file():
    file = read_queue_file(make_file({"id": "a", "direction": "up"}), "S13")

    assert [scan.is_malformed for scan in file.scans] == [True]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "not a file of scans"),
        ([], "not a file of scans"),
        ({}, "not a file of scans"),
        (make_file(format="muster-scans-3"), "not a file of scans"),
        (make_file(undos=[]), "not known here: 'undos'"),
        (make_file(format="muster-scans-2"), "which times are sure"),
        (make_new_file(unsure=[1]), "which times are sure"),
        (make_new_file(undos={}), "undos cannot be read"),
        (make_new_file(undos=[{"id": "a", "scan": "b"}]), "Undo 1 .* be read"),
        (make_new_file(undos=[7]), "Undo 1 .* be read"),
        (make_new_file(scans=[]), "no scans"),
        (make_file(format=["muster-scans-1"]), "not a file of scans"),
        (make_file(offering="S14"), "another offering"),
        (make_file(offering=None), "another offering"),
        (make_file(owner="Ada"), "not known here: 'owner'"),
        (make_file(device=None), "which device"),
        (make_file(device="x" * 81), "which device"),
        (make_file(device="Do\u202eor"), "which device"),
        (make_file(exported_at="today"), "when it was saved"),
        (make_file(exported_at=None), "when it was saved"),
        (make_file(scans=[]), "no scans"),
        (make_file(scans={"id": "a"}), "no scans"),
        (make_file(scans="abc"), "no scans"),
        (make_file({"id": "a", "pass": "x"}, {"pass": "y"}), "Scan 2 .* no id"),
        (make_file({"id": "ä"}), "Scan 1 .* no id"),
        (make_file(7), "Scan 1 .* no id"),
        (make_file(scans=[{"id": "a"}] * 20_001), "At most 20,000"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(content, said):
    with pytest.raises(QueueFileError, match=said):
        read_queue_file(content, "S13")


offsets = st.none() | st.integers(-5 * MINUTE, 5 * MINUTE) | st.sampled_from([0, 1, 2])


@given(st.lists(offsets, max_size=40))
def test_every_scan_is_in_one_batch_with_an_offset_near_its_own(sent):
    scans = [
        read_scan({"id": str(n), "pass": "x", "offset_ms": offset})
        for n, offset in enumerate(sent)
    ]

    batches = list(in_batches(scans))

    assert sorted(scan.uid or "" for _, part in batches for scan in part) == sorted(
        str(n) for n in range(len(sent))
    )
    for offset, part in batches:
        assert part
        for scan in part:
            if offset is None:
                assert scan.measured_offset is None
            else:
                assert scan.measured_offset is not None
                assert timedelta(0) <= scan.measured_offset - offset <= NEAR
    known = [offset for offset, _ in batches if offset is not None]
    assert all(later - earlier > NEAR for earlier, later in pairwise(known))


def test_a_batch_holds_a_thousand_at_most():
    scans = [read_scan({"id": str(n), "pass": "x"}) for n in range(2_001)]

    assert [len(part) for _, part in in_batches(scans)] == [1000, 1000, 1]
