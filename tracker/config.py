"""Environment to settings: read once at start, refused where they make no sense."""

import ipaddress
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import urlsplit

from tracker import signing
from tracker.clock import system_clock
from tracker.errors import SettingsError
from tracker.mail_url import read_mail_url
from tracker.served_origin import find_origin
from tracker.signing import SigningFiles

PACKAGE = Path(__file__).resolve().parent
MINIMUM_SECRET_LENGTH = 32
MINIMUM_TOKEN_LENGTH = 16
DEFAULT_ORIGIN = "http://127.0.0.1:5000"


@dataclass(frozen=True)
class Settings:
    """Everything the environment may decide; see the README's table."""

    instance: Path
    database_url: str
    secret_key: str
    base_url: str
    mail_url: str | None
    mail_sender: str
    metrics_token: str | None
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    debug: bool
    signing: SigningFiles | None = None

    @property
    def is_local(self) -> bool:
        """Whether the public address is this very machine."""
        return is_local_host(urlsplit(self.base_url).hostname or "")

    @property
    def is_https(self) -> bool:
        """Whether cookies may be marked Secure."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def evaluation_keys(self) -> Path:
        """Folder of the evaluations' private keys; never in a backup (trust.md)."""
        return self.instance / "evaluation-keys"

    @property
    def binders(self) -> Path:
        """Folder of finished binders, sealed, each until it was downloaded."""
        return self.instance / "binders"


def is_local_host(host: str) -> bool:
    """Say whether `host` names the loopback interface."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shipped_folder(name: str) -> Path:
    """Find `templates` or `migrations`: inside the wheel, else in the checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Turn `TRACKER_…` variables into settings.

    Raises:
        SettingsError: a value is missing, malformed or unsafe; says which and why.
    """
    instance = Path(environ.get("TRACKER_INSTANCE") or "instance").absolute()
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Settings(
        instance=instance,
        database_url=environ.get("TRACKER_DATABASE_URL")
        or f"sqlite:///{instance / 'muster.db'}",
        secret_key=environ.get("TRACKER_SECRET_KEY") or _kept_secret(instance),
        base_url=_base_url(environ, instance),
        mail_url=environ.get("TRACKER_MAIL_URL") or None,
        mail_sender=environ.get("TRACKER_MAIL_SENDER") or "muster@localhost",
        metrics_token=environ.get("TRACKER_METRICS_TOKEN") or None,
        trusted_hosts=_names(environ.get("TRACKER_TRUSTED_HOSTS", "")),
        trusted_proxies=_count(environ, "TRACKER_TRUSTED_PROXIES"),
        debug=_switch(environ, "TRACKER_DEBUG"),
        signing=signing.read_files(
            environ.get(signing.CERTIFICATE, ""), environ.get(signing.KEY, "")
        ),
    )
    _refuse_unsafe(settings)
    if settings.signing:
        signing.refuse_unfit(settings.signing, now=system_clock())
    return settings


def _base_url(environ: Mapping[str, str], instance: Path) -> str:
    """Return the public address: as set, else where this machine last served it."""
    if named := environ.get("TRACKER_BASE_URL"):
        return named.rstrip("/")
    return find_origin(instance) or DEFAULT_ORIGIN


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _count(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name) or "0"
    if not text.isdecimal():
        raise SettingsError(f"{name} must be a whole number, not “{text}”.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str) -> bool:
    text = (environ.get(name) or "0").lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise SettingsError(f"{name} must be 0 or 1, not “{text}”.")


def _kept_secret(instance: Path) -> str:
    """Read the instance's own secret, made there once."""
    path = instance / "secret.key"
    if not path.exists():
        _write_secret_once(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"{path} can be read by others. Run: chmod 600 {path.name} in {path.parent}"
        )
    return path.read_text().strip()


def _write_secret_once(path: Path) -> None:
    """Write a new secret; two processes starting at once agree on one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(
        os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
    ) as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _is_origin(text: str) -> bool:
    """Say whether `text` is scheme, host and perhaps port, and nothing else."""
    try:
        url = urlsplit(text)
        has_host = bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return False
    is_bare = text == f"{url.scheme}://{url.netloc}" and "@" not in url.netloc
    return url.scheme in {"http", "https"} and has_host and is_bare


def _refuse_unsafe(settings: Settings) -> None:
    """Refuse what trust.md says the start-up refuses."""
    if not _is_origin(settings.base_url):
        raise SettingsError(
            "TRACKER_BASE_URL must look like https://muster.example.org, "
            f"without a path; it is “{settings.base_url}”."
        )
    if len(settings.secret_key) < MINIMUM_SECRET_LENGTH:
        raise SettingsError(
            f"TRACKER_SECRET_KEY must have at least {MINIMUM_SECRET_LENGTH} characters."
        )
    if len(set(settings.secret_key)) < 10:
        raise SettingsError("TRACKER_SECRET_KEY repeats itself; make a random one.")
    _refuse_bad_mail(settings)
    if settings.metrics_token and len(settings.metrics_token) < MINIMUM_TOKEN_LENGTH:
        raise SettingsError(
            "TRACKER_METRICS_TOKEN must have at least "
            f"{MINIMUM_TOKEN_LENGTH} characters."
        )
    if settings.is_local:
        return
    if not settings.is_https:
        raise SettingsError(
            "TRACKER_BASE_URL must start with https:// (it is not local)."
        )
    if settings.debug:
        raise SettingsError("TRACKER_DEBUG cannot be on with a public address.")


def _refuse_bad_mail(settings: Settings) -> None:
    """Refuse a malformed sender or server, and a password sent in the clear."""
    try:
        Address(addr_spec=settings.mail_sender)
    except (ValueError, MessageError) as error:
        raise SettingsError(
            f"TRACKER_MAIL_SENDER is no e-mail address: “{settings.mail_sender}”."
        ) from error
    if settings.mail_url is None:
        return
    server = read_mail_url(settings.mail_url)
    if server.username and not server.is_encrypted and not is_local_host(server.host):
        raise SettingsError(
            "TRACKER_MAIL_URL would send its password unencrypted; "
            "use smtps://… or add ?starttls=1."
        )
