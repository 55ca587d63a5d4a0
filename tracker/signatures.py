"""Reading the signature of a PDF: intact, changed or none, and whose; offline."""

import io
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tracker.signing import SigningFiles, load_chain, owner_of


class SignatureState(StrEnum):
    """What a PDF's signature says of its bytes."""

    INTACT = "intact"
    CHANGED = "changed"
    NONE = "none"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Signature:
    """A PDF's signature: `signer` as its certificate says, which anyone can claim.

    `is_own` holds where that certificate is the one this installation signs with.
    """

    state: SignatureState
    signer: str = ""
    is_own: bool = False

    @property
    def sentence(self) -> str:
        """Say it in words."""
        whose = f"{self.signer}{' (the certificate set here)' if self.is_own else ''}"
        return {
            SignatureState.INTACT: f"Its signature is intact, by {whose}.",
            SignatureState.CHANGED: "Its signature does not fit: it was changed.",
            SignatureState.NONE: "It has no signature.",
            SignatureState.UNCHECKED: "Its signature cannot be checked here; "
            "run: pip install 'muster-tracker[sign]'",
        }[self.state]


NONE = Signature(SignatureState.NONE)
CHANGED = Signature(SignatureState.CHANGED)


def read_signature(pdf: bytes, files: SigningFiles | None = None) -> Signature:
    """Say what the signature of a PDF is; nothing is fetched.

    Intact means that the signature fits its certificate and covers the whole file.
    Whether to trust that certificate is the reader's to say, but for our own.
    """
    if b"/ByteRange" not in pdf:
        return NONE
    if find_spec("pyhanko") is None:
        return Signature(SignatureState.UNCHECKED)
    try:
        return _read(pdf, files)
    except Exception:  # noqa: BLE001 - a file broken on purpose can raise anything
        return CHANGED


def _read(pdf: bytes, files: SigningFiles | None) -> Signature:
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - an extra
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if not found:
        return NONE
    signer = found[-1].signer_cert
    trust = ValidationContext(trust_roots=[signer], allow_fetching=False)
    if not _covers_all(validate_pdf_signature(found[-1], trust)):
        return CHANGED
    certificate = x509.load_der_x509_certificate(signer.dump())
    return Signature(
        SignatureState.INTACT, owner_of(certificate), _is_own(certificate, files)
    )


def _covers_all(status: Any) -> bool:
    from pyhanko.sign.validation import SignatureCoverageLevel  # noqa: PLC0415

    whole = SignatureCoverageLevel.ENTIRE_FILE
    return bool(status.intact and status.valid and status.coverage == whole)


def _is_own(certificate: x509.Certificate, files: SigningFiles | None) -> bool:
    if files is None:
        return False
    own = load_chain(files.certificate)[0].fingerprint(hashes.SHA256())
    return certificate.fingerprint(hashes.SHA256()) == own
