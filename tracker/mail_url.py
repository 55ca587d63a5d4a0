"""What `TRACKER_MAIL_URL` says about the mail server."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.errors import SettingsError

DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
MALFORMED = (
    "TRACKER_MAIL_URL must look like smtp://user:password@host:587?starttls=1 "
    "or smtps://user:password@host:465."
)


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, as whom, and how it is encrypted on the way."""

    host: str
    port: int
    username: str
    password: str
    has_tls: bool
    starts_tls: bool

    @property
    def is_encrypted(self) -> bool:
        """Whether a password may be sent to it."""
        return self.has_tls or self.starts_tls


def read_mail_url(url: str) -> MailServer:
    """Parse smtp://user:password@host:port?starttls=1, or smtps://….

    Raises:
        SettingsError: it is malformed; the sentence does not repeat the password.
    """
    try:
        return _parse(url)
    except (KeyError, ValueError) as error:
        raise SettingsError(MALFORMED) from error


def _parse(url: str) -> MailServer:
    parts = urlsplit(url)
    options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    starttls = options.pop("starttls", ["0"])
    if not parts.hostname or parts.path not in {"", "/"} or options:
        raise ValueError("a part is missing or too many")
    return MailServer(
        host=parts.hostname,
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        has_tls={"smtp": False, "smtps": True}[parts.scheme],
        starts_tls={"0": False, "1": True}[starttls[-1]],
    )
