"""What is issued is signed so that every reader sees a changed byte."""

import io
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.printed import (
    ISSUED_AT,
    NAMES,
    accessibility_findings,
    codes_on,
    make_certificate,
    pictures_of,
    text_of,
)
from tests.signing import (
    HOST,
    make_key,
    make_signing,
    write_certificate,
    write_key,
)
from tracker.config import read_settings
from tracker.documents import render_certificate
from tracker.errors import ConflictError, SettingsError
from tracker.signatures import NONE, SignatureState, read_signature
from tracker.signing import sign

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_signing(tmp_path_factory.mktemp("signing"))


@pytest.fixture(scope="module")
def plain():
    return render_certificate(
        make_certificate(name=NAMES["Arabic"]), issued_at=ISSUED_AT
    )


@pytest.fixture(scope="module")
def signed(files, plain):
    return sign(plain, files, now=NOW)


def test_a_standard_validator_trusts_it_and_sees_that_nothing_was_added(signed):
    (found,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    trust = ValidationContext(trust_roots=[found.signer_cert], allow_fetching=False)

    status = validate_pdf_signature(found, trust)

    assert status.bottom_line
    assert status.docmdp_ok


def test_popplers_validator_agrees_where_it_is_installed(signed, tmp_path):
    if not (pdfsig := shutil.which("pdfsig")):
        return
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)

    said = subprocess.run(
        [pdfsig, "-nocert", path], capture_output=True, text=True, check=True
    ).stdout

    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said


def test_signing_changes_nothing_that_is_read(plain, signed, tmp_path):
    assert text_of(signed) == text_of(plain)
    assert accessibility_findings(signed, tmp_path) == []
    assert codes_on(pictures_of(signed, dpi=150)[0]) != []
    assert signed.startswith(plain)


def test_the_reader_says_whose_it_is_and_whether_it_is_ours(files, signed, tmp_path):
    theirs = read_signature(signed, make_signing(tmp_path))
    ours = read_signature(signed, files)

    assert (ours.state, ours.signer, ours.is_own) == (SignatureState.INTACT, HOST, True)
    assert not theirs.is_own


def test_a_changed_byte_anywhere_is_seen(signed, plain):
    places = range(100, len(plain), len(plain) // 40)

    missed = [place for place in places if _state(_flipped(signed, place)) == "intact"]

    assert missed == []


def test_what_is_added_behind_the_signature_is_seen(signed):
    longer = signed + b"\n% added\n"

    assert _state(longer) == "changed"


def test_a_file_without_a_signature_or_that_is_no_pdf_has_none(plain):
    assert read_signature(plain) == NONE
    assert read_signature(b"") == NONE
    assert _state(b"%PDF-1.7 /ByteRange [0 1 2 3]") == "changed"


def _flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _state(data):
    return read_signature(data).state.value


def test_nothing_is_signed_once_the_certificate_has_expired(plain, tmp_path):
    files = make_signing(tmp_path)

    with pytest.raises(ConflictError, match="not valid now"):
        sign(plain, files, now=NOW.replace(year=NOW.year + 30))


def read(folder, certificate, key):
    return read_settings(
        {
            "TRACKER_INSTANCE": str(folder / "instance"),
            "TRACKER_SIGNING_CERTIFICATE": str(certificate),
            "TRACKER_SIGNING_KEY": str(key),
        }
    )


def test_a_fitting_pair_is_taken_at_the_start(files, tmp_path):
    assert read(tmp_path, files.certificate, files.key).signing == files


def _foreign(folder, key):
    return write_certificate(folder / "c", make_key()), write_key(folder / "k", key)


def _open_to_all(folder, key):
    return write_certificate(folder / "c", key), write_key(folder / "k", key, 0o644)


def _expired(folder, key):
    return write_certificate(folder / "c", key, days=-1), write_key(folder / "k", key)


def _on_another_curve(folder, _key):
    other = make_key(ec.SECP384R1())
    return write_certificate(folder / "c", other), write_key(folder / "k", other)


def _for_another_use(folder, key):
    made = write_certificate(folder / "c", key, may_sign=False)
    return made, write_key(folder / "k", key)


def _swapped(folder, key):
    certificate, path = write_certificate(folder / "c", key), folder / "k"
    return write_key(path, key), certificate


def _nowhere(folder, key):
    return folder / "none", write_key(folder / "k", key)


def _one_only(folder, key):
    return write_certificate(folder / "c", key), ""


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_foreign, "does not belong"),
        (_open_to_all, "can be read by others"),
        (_expired, "not valid now"),
        (_on_another_curve, "P-256"),
        (_for_another_use, "not made for signing"),
        (_swapped, "names no certificate"),
        (_nowhere, "names no certificate"),
        (_one_only, "set both"),
    ],
)
def test_files_that_cannot_sign_stop_the_start(make, reason, tmp_path):
    with pytest.raises(SettingsError, match=reason):
        read(tmp_path, *make(tmp_path, make_key()))
