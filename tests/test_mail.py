"""Mail servers as their address names them, encrypted where it says so."""

import ipaddress
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.factories import NINE_AM
from tests.smtp import FreePortController, MailCatcher
from tracker import mail
from tracker.config import read_settings
from tracker.errors import SettingsError
from tracker.mail_url import MailServer, read_mail_url
from tracker.services.outbox import Message

MESSAGE = Message(
    id=1,
    message_id="<1@muster.localhost>",
    kind="notice",
    recipient="alex@example.org",
    subject="Notice",
    text="Text\n",
    created_at=NINE_AM,
)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", MailServer("mail", 587, "", "", False, False)),
        ("smtp://mail:25?starttls=1", MailServer("mail", 25, "", "", False, True)),
        ("smtps://u:p@mail", MailServer("mail", 465, "u", "p", True, False)),
        (
            "smtps://u%40x.org:p%3A%2F@mail:2465/",
            MailServer("mail", 2465, "u@x.org", "p:/", True, False),
        ),
    ],
)
def test_an_address_says_where_and_how(url, server):
    assert read_mail_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail",
        "http://mail",
        "http://mail:25",
        "smtp://",
        "smtp://mail:port",
        "smtp://mail:99999",
        "smtp://mail/path",
        "smtp://u:secret@mail?tls=1",
        "smtp://u:secret@mail?starttls=yes",
        "smtp://u:secret@mail?starttls",
    ],
)
def test_a_malformed_address_stops_the_start_and_shows_no_password(tmp_path, url):
    with pytest.raises(SettingsError) as refused:
        read_settings({"TRACKER_INSTANCE": str(tmp_path), "TRACKER_MAIL_URL": url})

    assert refused.value.message.startswith("TRACKER_MAIL_URL must look like")
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("url", "starts"),
    [
        ("smtp://u:p@mail.example.org", False),
        ("smtp://u:p@mail.example.org?starttls=0", False),
        ("smtp://u:p@mail.example.org?starttls=1", True),
        ("smtps://u:p@mail.example.org", True),
        ("smtp://u:p@127.0.0.1", True),
        ("smtp://mail.example.org", True),
    ],
)
def test_a_password_is_never_sent_in_the_clear(tmp_path, url, starts):
    environ = {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_MAIL_URL": url}
    if starts:
        assert read_settings(environ).mail_url == url
    else:
        with pytest.raises(SettingsError):
            read_settings(environ)


@pytest.mark.parametrize("sender", ["muster", "a b@example.org", "a@b\r\nBcc: c@d.org"])
def test_a_malformed_sender_stops_the_start(tmp_path, sender):
    environ = {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_MAIL_SENDER": sender}

    with pytest.raises(SettingsError):
        read_settings(environ)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine that only whoever names it trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def encrypted_server(certificate, catcher, *, starts_tls):
    """A server that takes mail from `desk` with the right password only."""

    def authenticate(server, session, envelope, mechanism, data):
        is_right = (data.login, data.password) == (b"desk", b"a:b/c")
        return AuthResult(success=is_right, handled=False)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    keyword = "tls_context" if starts_tls else "ssl_context"
    options: dict[str, Any] = {keyword: context, "auth_require_tls": starts_tls}
    controller = FreePortController(
        catcher, hostname="127.0.0.1", port=0, authenticator=authenticate, **options
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def carry(url):
    with mail.carrier(url, "desk@example.org") as take:
        take(MESSAGE)


@pytest.mark.parametrize(("scheme", "option"), [("smtp", "?starttls=1"), ("smtps", "")])
def test_mail_goes_encrypted_to_a_server_that_proves_itself(
    certificate, monkeypatch, scheme, option
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    catcher = MailCatcher()
    with encrypted_server(certificate, catcher, starts_tls=bool(option)) as port:
        carry(f"{scheme}://desk:a%3Ab%2Fc@127.0.0.1:{port}{option}")
        with pytest.raises(mail.MailServerError, match="SMTPAuthenticationError"):
            carry(f"{scheme}://desk:wrong@127.0.0.1:{port}{option}")

    assert [delivery.text for delivery in catcher.deliveries] == ["Text\n"]


@pytest.mark.parametrize(("scheme", "option"), [("smtp", "?starttls=1"), ("smtps", "")])
def test_a_server_that_does_not_prove_itself_gets_no_password(
    certificate, scheme, option
):
    catcher = MailCatcher()
    with (
        encrypted_server(certificate, catcher, starts_tls=bool(option)) as port,
        pytest.raises(mail.MailServerError, match="SSLCertVerificationError"),
    ):
        carry(f"{scheme}://desk:a%3Ab%2Fc@127.0.0.1:{port}{option}")

    assert catcher.deliveries == []
