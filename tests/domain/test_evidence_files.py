"""What is taken as evidence: by its bytes, whatever it is called."""

import pytest

from tests.evidence import PDF, jpeg, png
from tracker.domain.evidence_files import MOST_BYTES, read_evidence


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(PDF, "application/pdf"), (png(), "image/png"), (jpeg(), "image/jpeg")],
    ids=["pdf", "png", "jpeg"],
)
def test_a_file_is_told_by_its_bytes_and_kept_without_where_it_was_taken(
    data, media_type
):
    found, kept = read_evidence(data)

    assert found == media_type
    assert b"GPS" not in kept
    assert read_evidence(kept) == (found, kept)


BROKEN_PNG, BROKEN_JPEG = "This PNG file is broken.", "This JPEG file is broken."
NOT_TAKEN = "This is no PDF, PNG or JPEG file."
BROKEN_PDF = "This PDF file is broken; save it anew."
TOO_MANY = "This image has more than 60 million pixels; make it smaller."
SCRIPTS = "This PDF holds scripts or files; print it to a new PDF."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", NOT_TAKEN),
        (b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>", NOT_TAKEN),
        (b"<!doctype html><script>1</script>", NOT_TAKEN),
        (b"PK\x03\x04word", NOT_TAKEN),
        (b"GIF89a", NOT_TAKEN),
        (b"x" * (MOST_BYTES + 1), "This file is larger than 5 MiB; make it smaller."),
        (b"%PDF-1.7\n", BROKEN_PDF),
        (PDF[:-8], BROKEN_PDF),
        (PDF.replace(b"/Catalog", b"/Catalog /JavaScript"), SCRIPTS),
        (png(60_000, 60_000, b""), TOO_MANY),
        (png(0, 9, b""), TOO_MANY),
        (png(3, 2, bytes(50_000_000)), BROKEN_PNG),
        (png()[:-20], BROKEN_PNG),
        (png().replace(b"IDAT\x78", b"IDAT\x00"), BROKEN_PNG),
        (jpeg(60_000, 60_000), TOO_MANY),
        (jpeg()[:40], BROKEN_JPEG),
        (jpeg().replace(b"\xff\xd9", b""), BROKEN_JPEG),
        (b"\xff\xd8\xff", BROKEN_JPEG),
    ],
    ids=range(18),
)
def test_what_is_broken_hostile_or_too_large_is_refused(data, reason):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_evidence(data)

    assert str(caught.value) == reason
