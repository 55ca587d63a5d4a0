"""Signing certificates of their own for tests, in files as a host would have them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tracker.signing import SigningFiles

HOST = "Sample Training Center"


def make_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """A key; on P-256 unless told."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, mode: int = 0o600) -> Path:
    """Write a key as PEM, for its owner only unless told."""
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(mode)
    return path


def write_certificate(
    path: Path,
    key: ec.EllipticCurvePrivateKey,
    *,
    days: int = 3650,
    may_sign: bool = True,
) -> Path:
    """Write a self-made certificate that ends in so many days; the past is past."""
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, HOST)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(may_sign, may_sign, not may_sign, *[False] * 2, *[False] * 4)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=7300))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


def make_signing(folder: Path) -> SigningFiles:
    """A host's certificate and key, fit to sign with."""
    key = make_key()
    return SigningFiles(
        write_certificate(folder / "host.pem", key),
        write_key(folder / "host.key", key),
    )
