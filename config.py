"""Settings, read once from the environment (and an optional `.env`), with safe defaults.

Every setting is named here and described in docs/operations.md. Production mode refuses to start
with an unsafe value and names it: see `unsafe_settings`.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv

from casemgr.platform.mail import BadMailAddress, MailServer, server_of

ROOT = Path(__file__).resolve().parent
MEGABYTE = 1024 * 1024
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
S3_OPTIONS = {
    "endpoint": "AWS_ENDPOINT_URL",
    "region": "AWS_REGION",
    "access_key_id": "AWS_ACCESS_KEY_ID",
    "secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
}


class UnsafeSettings(Exception):
    """Raised at start when production mode meets a setting that would endanger records."""


@dataclass(frozen=True)
class Settings:
    """What the program was told about its surroundings. Sizes are bytes."""

    data_dir: Path
    production: bool
    host: str
    port: int
    database_url: str | None
    """Server of the user's own, as the application role (never the owner). None: embedded PostgreSQL."""
    database_admin_url: str | None
    """The owner role on that server; used by `migrate` alone."""
    storage_url: str
    """A folder, or `s3://bucket/prefix`."""
    secret_key: str = field(repr=False)
    base_url: str | None = None
    max_upload_bytes: int = 4096 * MEGABYTE
    max_files_per_drop: int = 100
    session_idle: timedelta = timedelta(hours=8)
    session_life: timedelta = timedelta(days=14)
    web_threads: int = 12
    trusted_proxies: int = 0
    """How many reverse proxies stand before us: as many forwarded addresses are believed, and no more."""
    storage_options: dict[str, str] = field(default_factory=dict, repr=False)
    """How an S3-compatible store is reached: see `storage.objects.open_store`."""
    storage_key_file: Path | None = None
    """The keys that seal the files in a folder, outside the data folder. None: files are kept as they are."""
    clamav: str | None = None
    """The virus scanner: `host:port`, or the path of its socket. None: files are not scanned."""
    soffice: str | None = None
    """LibreOffice: its path, or "none" to do without. None: it is looked for."""
    tesseract: str = "tesseract"
    """The program that reads scans: its name or path. Empty: scans are not read."""
    mail_server: MailServer | None = field(default=None, repr=False)
    """How mail is sent. None: no mail is sent."""
    tsa_url: str | None = None
    """An authority that stamps the heads of evidence logs (RFC 3161). None: nobody is asked."""
    tsa_ca_file: Path | None = None
    """Its certificates (PEM): roots to trust, and intermediates."""
    log_file: Path | None = None
    """Where the log goes; None: standard error."""

    @property
    def tsa_host(self) -> str:
        return urlsplit(self.tsa_url or "").hostname or ""

    def unsafe(self) -> list[str]:
        """Return one plain sentence for each setting that is not safe for production."""
        problems = []
        if len(self.secret_key) < 32:
            problems.append("CASEMGR_SECRET_KEY is shorter than 32 characters: make a long random one.")
        if not (self.base_url or "").startswith("https://"):
            problems.append(
                "CASEMGR_BASE_URL must be the https:// address that people use; "
                "without it sign-in cookies could travel unencrypted."
            )
        if self.database_url and self.database_url == self.database_admin_url:
            problems.append(
                "DATABASE_URL and DATABASE_ADMIN_URL are the same role: the web application must not own the tables."
            )
        if self.storage_url.startswith("memory:"):
            problems.append("STORAGE_URL keeps the papers in memory only: name a folder, or s3://bucket/prefix.")
        endpoint = urlsplit(self.storage_options.get("endpoint", ""))
        if endpoint.scheme == "http" and endpoint.hostname not in LOOPBACK:
            problems.append("AWS_ENDPOINT_URL must be an https:// address: papers would travel unencrypted.")
        return problems

    def for_flask(self) -> dict[str, object]:
        """Return the Flask configuration that follows from these settings."""
        secure = (self.base_url or "").startswith("https://")
        return {
            "SECRET_KEY": self.secret_key,
            "SETTINGS": self,
            "LOG_FILE": self.log_file,
            "SESSION_COOKIE_NAME": "casemgr_session",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": secure,
            "PERMANENT_SESSION_LIFETIME": self.session_life,
            "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session does
            "BOOTSTRAP_SERVE_LOCAL": True,
            "MAX_CONTENT_LENGTH": self.max_upload_bytes + MEGABYTE,
            "MAX_FORM_MEMORY_SIZE": 4 * MEGABYTE,
            "MAX_FORM_PARTS": 4000,
            "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10},
            "PREFERRED_URL_SCHEME": "https" if secure else "http",
        }


def load(environ: dict[str, str] | None = None) -> Settings:
    """Read the settings. Raises UnsafeSettings in production mode when one of them is not safe."""
    if environ is None:
        load_dotenv(ROOT / ".env")
        environ = dict(os.environ)
    data_dir = Path(environ.get("CASEMGR_DATA") or ROOT / "data").expanduser().resolve()
    settings = Settings(
        data_dir=data_dir,
        production=environ.get("CASEMGR_PRODUCTION", "").lower() in {"1", "true", "yes"},
        host=environ.get("HOST") or "127.0.0.1",
        port=_whole_number(environ, "PORT", 8600),
        database_url=environ.get("DATABASE_URL") or None,
        database_admin_url=environ.get("DATABASE_ADMIN_URL") or None,
        storage_url=_store_address(environ, data_dir),
        storage_options={name: environ[key] for name, key in S3_OPTIONS.items() if environ.get(key)},
        secret_key=environ.get("CASEMGR_SECRET_KEY") or _kept_secret(data_dir),
        base_url=environ.get("CASEMGR_BASE_URL") or None,
        max_upload_bytes=_whole_number(environ, "CASEMGR_MAX_UPLOAD_MB", 4096) * MEGABYTE,
        web_threads=_whole_number(environ, "CASEMGR_WEB_THREADS", 12),
        trusted_proxies=_whole_number(environ, "CASEMGR_TRUSTED_PROXIES", 0),
        storage_key_file=_path(environ, "CASEMGR_STORE_KEY_FILE"),
        clamav=_scanner(environ),
        soffice=environ.get("CASEMGR_SOFFICE", "").strip() or None,
        tesseract=_program(environ, "CASEMGR_TESSERACT", "tesseract"),
        mail_server=_mail_server(environ),
        tsa_url=_authority(environ),
        tsa_ca_file=_path(environ, "CASEMGR_TSA_CA_FILE"),
        log_file=Path(environ["CASEMGR_LOG_FILE"]) if environ.get("CASEMGR_LOG_FILE") else None,
    )
    _check_key_file(settings)
    if settings.production and (problems := settings.unsafe()):
        raise UnsafeSettings("\n".join(problems))
    return settings


def _path(environ: dict[str, str], name: str) -> Path | None:
    text = environ.get(name, "").strip()
    return Path(text).expanduser().resolve() if text else None


def _program(environ: dict[str, str], name: str, default: str) -> str:
    text = environ.get(name, "").strip() or default
    return "" if text.lower() in {"off", "none", "0"} else text


def _scanner(environ: dict[str, str]) -> str | None:
    text = environ.get("CASEMGR_CLAMAV", "").strip()
    if text and not re.fullmatch(r"/.+|(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}", text):
        raise UnsafeSettings("CASEMGR_CLAMAV must be host:port, or the path of the scanner’s socket.")
    return text or None


def _mail_server(environ: dict[str, str]) -> MailServer | None:
    url, sender = environ.get("CASEMGR_SMTP_URL", "").strip(), environ.get("CASEMGR_MAIL_FROM", "").strip()
    if not url:
        return None
    if not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", sender):
        raise UnsafeSettings("CASEMGR_MAIL_FROM must be the e-mail address that mail is sent from.")
    ca_file = _path(environ, "CASEMGR_SMTP_CA_FILE")
    if ca_file and not ca_file.is_file():
        raise UnsafeSettings("CASEMGR_SMTP_CA_FILE names no file.")
    try:
        return server_of(url, sender, ca_file)
    except BadMailAddress:
        raise UnsafeSettings("CASEMGR_SMTP_URL must be like smtps://user:password@host:465, or smtp://…:587.") from None


def _authority(environ: dict[str, str]) -> str | None:
    """A plain http:// address is common and safe here: only a hash goes out, and what comes back is signed."""
    url = environ.get("CASEMGR_TSA_URL", "").strip()
    if not url:
        return None
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UnsafeSettings("CASEMGR_TSA_URL must be the http(s):// address of a time-stamping authority.")
    ca_file = _path(environ, "CASEMGR_TSA_CA_FILE")
    if ca_file is None or not ca_file.is_file():
        raise UnsafeSettings("CASEMGR_TSA_URL needs CASEMGR_TSA_CA_FILE: the certificates of that authority (PEM).")
    return url


def _check_key_file(settings: Settings) -> None:
    """A key beside what it seals would protect nothing; a bucket seals its files itself."""
    key_file = settings.storage_key_file
    if key_file is None:
        return
    if settings.storage_url.startswith("s3://"):
        raise UnsafeSettings("CASEMGR_STORE_KEY_FILE is for a folder: turn on the encryption of the bucket instead.")
    folder = Path(settings.storage_url.removeprefix("file://")).expanduser().resolve()
    if any(key_file.is_relative_to(place) for place in (settings.data_dir, folder)):
        raise UnsafeSettings(
            "CASEMGR_STORE_KEY_FILE lies in the folder of the data: who copies the files would have their key. "
            "Keep it somewhere else."
        )


def _store_address(environ: dict[str, str], data_dir: Path) -> str:
    address = environ.get("STORAGE_URL", "").strip() or str(data_dir / "objects")
    scheme, found, rest = address.partition("://")
    if found and (scheme not in ("s3", "file", "memory") or (scheme == "s3" and not rest.strip("/"))):
        raise UnsafeSettings("STORAGE_URL must be a folder, or s3://bucket/prefix.")  # not shown: it may hold a key
    if found and "@" in rest:
        raise UnsafeSettings("STORAGE_URL must not hold a key: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY do.")
    return address


def _whole_number(environ: dict[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit():
        raise UnsafeSettings(f"{name} must be a whole number, not “{text}”.")
    return int(text)


def _kept_secret(data_dir: Path) -> str:
    """Return the secret key kept in the data folder (mode 600), made on first use."""
    path = data_dir / "secret_key"
    if path.exists():
        return path.read_text().strip()
    data_dir.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # two processes started together; the other one was first
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    return secret
