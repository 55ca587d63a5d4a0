"""Signing what is issued with the host's own certificate, where it has set one.

pyHanko is imported only where something is signed or read: starting does not wait
for it, and an installation that signs nothing needs not have it.
"""

import io
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tracker.errors import ConflictError, SettingsError

CERTIFICATE, KEY = "TRACKER_SIGNING_CERTIFICATE", "TRACKER_SIGNING_KEY"
FIELD = "Issue"
EXPIRED = "The host's signing certificate is not valid now; nothing can be issued."


@dataclass(frozen=True)
class SigningFiles:
    """Two PEM files: the host's certificate, first of its chain, and its key."""

    certificate: Path
    key: Path


def read_files(certificate: str, key: str) -> SigningFiles | None:
    """Return the two files as the environment names them; None where it does not.

    Raises:
        SettingsError: only one is named, or pyHanko is not installed.
    """
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise SettingsError(f"{CERTIFICATE} and {KEY} belong together; set both.")
    if find_spec("pyhanko") is None:
        raise SettingsError(f"{CERTIFICATE} needs: pip install 'muster-tracker[sign]'")
    return SigningFiles(Path(certificate), Path(key))


def refuse_unfit(files: SigningFiles, *, now: datetime) -> None:
    """Refuse files with which nothing may be signed.

    The key is an elliptic one on P-256, which every common reader of PDF checks;
    others are refused by some. It may be read by its owner only.

    Raises:
        SettingsError: says which file, and what is wrong with it.
    """
    certificate = load_chain(files.certificate)[0]
    key = _load_key(files.key)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(
        key.curve, ec.SECP256R1
    ):
        raise SettingsError(f"{KEY} must be an elliptic key on P-256 (prime256v1).")
    if key.public_key() != certificate.public_key():
        raise SettingsError(f"{KEY} does not belong to the certificate.")
    if not is_in_force(certificate, now):
        ends = certificate.not_valid_after_utc
        raise SettingsError(f"{CERTIFICATE} is not valid now; it ends {ends:%d %b %Y}.")
    if not _may_sign(certificate):
        raise SettingsError(
            f"{CERTIFICATE} is not made for signing: its key usage must name "
            "digitalSignature and nonRepudiation."
        )


def load_chain(path: Path) -> list[x509.Certificate]:
    """Read the certificates of a PEM file, the signer's own first.

    Raises:
        SettingsError: it cannot be read, or holds none.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{CERTIFICATE} names no certificate in PEM: {path}"
        ) from error


def _load_key(path: Path) -> object:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(f"{KEY} can be read by others. Run: chmod 600 {path}")
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(
            f"{KEY} names no private key in PEM, without a passphrase: {path}"
        ) from error


def is_in_force(certificate: x509.Certificate, now: datetime) -> bool:
    """Say whether `now` lies in the certificate's span."""
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature and usage.content_commitment


def owner_of(certificate: x509.Certificate) -> str:
    """Return whose certificate it is, as it says itself: organisation, else name."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for each in certificate.subject.get_attributes_for_oid(kind):
            return str(each.value)
    return certificate.subject.rfc4514_string()


def sign(pdf: bytes, files: SigningFiles, *, now: datetime) -> bytes:
    """Return the PDF with a signature that lets nothing be changed.

    It stays PDF/UA-1, because the invisible field carries neither of the flags
    that would make it an annotation without words; it is no PDF/A any more.

    Raises:
        ConflictError: the certificate has expired since the start.
    """
    certificate, signer = _load_signer(files)
    if not is_in_force(certificate, now):
        raise ConflictError(EXPIRED)
    return signer(pdf)


@lru_cache(maxsize=1)
def _load_signer(
    files: SigningFiles,
) -> tuple[x509.Certificate, Callable[[bytes], bytes]]:
    from asn1crypto import keys  # noqa: PLC0415 - comes with the extra `sign`
    from asn1crypto import x509 as asn1  # noqa: PLC0415
    from pyhanko.sign import signers  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    own, *others = [
        asn1.Certificate.load(each.public_bytes(serialization.Encoding.DER))
        for each in load_chain(files.certificate)
    ]
    chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    chain.register_multiple(others)
    key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
    signer = signers.SimpleSigner(
        signing_cert=own,
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        ),
        cert_registry=chain,
    )
    certificate = load_chain(files.certificate)[0]
    words = f"Digital signature of {owner_of(certificate)}"
    return certificate, lambda pdf: _sign(pdf, signer, words)


def _sign(pdf: bytes, signer: Any, words: str) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415
        IncrementalPdfFileWriter,
    )
    from pyhanko.sign import fields, signers  # noqa: PLC0415

    signed = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)),
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        ),
        signer=signer,
        new_field_spec=fields.SigFieldSpec(
            FIELD,
            readable_field_name=words,
            # An invisible field would else be printed, or hidden: both break UA-1.
            invis_sig_settings=fields.InvisSigSettings(
                set_print_flag=False, set_hidden_flag=True
            ),
        ),
    )
    return bytes(signed.getvalue())
