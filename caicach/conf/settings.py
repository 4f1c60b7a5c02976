"""Every setting, read from the environment here and nowhere else. Imports without a database and without secrets.

The documented table stands in docs/settings.md.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sys
import tempfile
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

PACKAGE = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules


def _flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "yes", "true", "on", "có"}


def _data() -> Path:
    given = os.environ.get("CAICACH_DATA")
    if given:
        return Path(given).absolute()
    if TESTING:
        return Path(tempfile.mkdtemp(prefix="caicach-test-"))
    return PACKAGE.parent / "var"


def _secret() -> str:
    """The given key, or one made at first need and kept readable by its owner only."""
    given = os.environ.get("CAICACH_SECRET_KEY")
    if given:
        return given
    path = DATA / "secret"
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass
        return path.read_text() or secrets.token_urlsafe(50)
    except OSError:
        return secrets.token_urlsafe(50)  # a read-only place: sessions end with the process


DATA = _data()
"""Database, files and secrets live under here."""
FILES = DATA / "files"
SECRET_KEY = _secret()
DEBUG = _flag("CAICACH_DEBUG")
ALLOWED_HOSTS = [
    host.strip()
    for host in os.environ.get("CAICACH_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
    if host.strip()
]
if TESTING:
    ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [o.strip() for o in os.environ.get("CAICACH_ORIGINS", "").split(",") if o.strip()]
SECURE = _flag("CAICACH_HTTPS")
"""Behind a proxy that speaks HTTPS: cookies only over it."""
PROXIES = max(0, int(os.environ.get("CAICACH_PROXIES", "1" if SECURE else "0")))
"""How many proxies of ours stand in front, each of which appends to X-Forwarded-For; 0: nobody is believed there."""
BIND = os.environ.get("CAICACH_BIND", "127.0.0.1")
TODAY = dt.date.fromisoformat(os.environ["CAICACH_TODAY"]) if os.environ.get("CAICACH_TODAY") else None
"""A fixed day for demonstrations and tests; `core.clock` is the only reader."""

SOON_DAYS = int(os.environ.get("CAICACH_SOON_DAYS", "14"))
"""A deadline this near or nearer is "sắp đến hạn"."""
SILENT_DAYS = int(os.environ.get("CAICACH_SILENT_DAYS", "30"))
"""An ongoing task without a word for more than so many days is "chưa có tin", where the task says nothing else."""
_backups = os.environ.get("CAICACH_BACKUPS", str(DATA / "backups"))
BACKUPS = Path(_backups).absolute() if _backups and not TESTING else None
"""Where the worker's nightly backups lie; None: it makes none."""
UNDO_HOURS = int(os.environ.get("CAICACH_UNDO_HOURS", "24"))
"""How long the last thing done to a task can be taken back."""
MAIL_URL = os.environ.get("CAICACH_MAIL", "")
"""smtp://, smtp+starttls:// or smtps://user:password@host:port; empty: no mail is sent."""
MAIL_FROM = os.environ.get("CAICACH_MAIL_FROM", "Cải Cách <khong-tra-loi@localhost>")
MESSAGES = Path(os.environ.get("CAICACH_MESSAGES") or DATA / "tin-nhan").absolute()
"""Where messages lie that go out by file; the phones stand there in clear, so the folder is the server's alone."""


MESSAGE_WAYS = {
    "sms": {
        "to": os.environ.get("CAICACH_SMS", "").strip() or "file",
        "token": os.environ.get("CAICACH_SMS_TOKEN", "").strip(),
        "body": os.environ.get("CAICACH_SMS_BODY", "").strip(),
        "template": "",
    },
    "zalo": {
        "to": os.environ.get("CAICACH_ZALO", "").strip() or "file",
        "token": os.environ.get("CAICACH_ZALO_TOKEN", "").strip(),
        "body": os.environ.get("CAICACH_ZALO_BODY", "").strip(),
        "template": os.environ.get("CAICACH_ZALO_TEMPLATE", "").strip(),
    },
}
"""to: "file" (default), "off", or the address of a gateway; body: JSON with names in braces, empty for the usual one."""
MESSAGE_DAYS = int(os.environ.get("CAICACH_MESSAGE_DAYS", "90"))
"""So long phone and words of a message are kept; that it was sent stays with the dossier [check]."""
WATCHED = (
    Path(os.environ["CAICACH_WATCHED"]).absolute()
    if os.environ.get("CAICACH_WATCHED") and not TESTING
    else None
)
"""A folder into which another system lays lists, a sub-folder a ward; None: none is watched."""
WATCHED_SECONDS = int(os.environ.get("CAICACH_WATCHED_SECONDS", "30"))
"""So long a file there is left alone before it is taken."""
KEEP_YEARS = int(os.environ["CAICACH_KEEP_YEARS"]) if os.environ.get("CAICACH_KEEP_YEARS") else None
"""So many years after somebody's last dossier was over they become nobody; 0: never. None: as `data/keeping.csv` [check]."""
NOTICE_HOURS = int(os.environ.get("CAICACH_NOTICE_HOURS", "72"))
"""What happened longer ago is no news any more: nobody is told of it."""
SITE = os.environ.get("CAICACH_SITE", "").rstrip("/")
"""The address of this installation, for links in letters: https://cchc.phuong.gov.vn"""
DIGEST_HOUR = int(os.environ.get("CAICACH_DIGEST_HOUR", "7"))
"""From which hour on the day's letter goes out, where a person says nothing else."""
PUBLIC = [part.strip() for part in os.environ.get("CAICACH_PUBLIC", "").split(",") if part.strip()]
"""Wards whose progress everybody may see: "1" for all, or the names in their addresses, "phuong-mau". Empty: none."""
BACKUP_HOUR = int(os.environ.get("CAICACH_BACKUP_HOUR", "2"))
BACKUP_KEEP = max(1, int(os.environ.get("CAICACH_BACKUP_KEEP", "14")))
FILE_LIMIT_MIB = int(os.environ.get("CAICACH_FILE_LIMIT_MIB", "50"))
JOB_LEASE_SECONDS = int(os.environ.get("CAICACH_JOB_LEASE_SECONDS", "10"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "caicach.core",
    "caicach.history",
    "caicach.worker",
    "caicach.exchange",
    "caicach.organisation",
    "caicach.accounts",
    "caicach.documents",
    "caicach.citizens",
    "caicach.tasks",
    "caicach.procedures",
    "caicach.dossiers",
    "caicach.counter",
    "caicach.notices",
    "caicach.portal",
    "caicach.plans",
    "caicach.desk",
    "caicach.reminders",
    "caicach.api",
]

MIDDLEWARE = [
    "caicach.core.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "caicach.accounts.middleware.actor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "caicach.core.middleware.refusals",
]

ROOT_URLCONF = "caicach.conf.urls"
WSGI_APPLICATION = "caicach.conf.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "caicach.core.http.page_context",
            ],
            "builtins": ["django.templatetags.static", "caicach.core.templatetags.ui"],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA / 'caicach.sqlite3'}"
    )
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA mmap_size=134217728; PRAGMA cache_size=-20000;"
        ),
    }
else:  # who waits longer for somebody else's row is told that the system is busy, as SQLite's timeout does
    _database.setdefault("OPTIONS", {}).setdefault("options", "-c lock_timeout=10s")
if not _database["ENGINE"].endswith("sqlite3") and not TESTING:
    # The pool is the biggest single win on PostgreSQL; it does not go with persistent connections.
    _database["CONN_MAX_AGE"] = 0
    _database.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 200},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["caicach.accounts.sessions.Backend"]
SESSION_ENGINE = "caicach.accounts.sessions"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "phien"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "caicach.core.http.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
SESSION_IDLE_MINUTES = int(os.environ.get("CAICACH_SESSION_IDLE_MINUTES", "60"))
"""A session that is not used for so long has ended."""
LINK_HOURS = int(os.environ.get("CAICACH_LINK_HOURS", "72"))
"""A link in a letter, to a password of one's own, opens for so long."""
LINK_ASKS = 3
"""So often a link is sent for one name before the name rests for an hour."""
LINK_ASKS_FROM = 20
"""So often one is asked for from one address before that rests for an hour."""
LINK_REST_MINUTES = 60
DEMO = os.environ.get("CAICACH_DEMO", "1").strip().lower() not in {"0", "no", "false", "off", "không"}
"""Whether `caicach serve` makes the demo ward in an empty database; if not, it shows the way to the first start."""
START_CODE_TRIES = 5
"""Wrong codes at the first start before their address rests."""
PASSWORD_LENGTH = 10
FIRST_PASSWORD_DAYS = int(os.environ.get("CAICACH_FIRST_PASSWORD_DAYS", "14"))
"""A first password that was not used for so long opens nothing any more."""
SECOND_FACTOR_ROLES = [
    role.strip() for role in os.environ.get("CAICACH_SECOND_FACTOR", "").split(",") if role.strip()
]
"""Roles that nobody wears without a second factor: "administrator", "system". `caicach check` says what is no role."""
HALF_SIGNED_IN_MINUTES = 5
"""Between the password and the code."""
RECOVERY_CODES = 10
PASSKEYS = 10
"""As many keys may a person have."""
PASSKEY_MINUTES = 5
"""Between what the server asks of a key and the key's answer."""
OIDC_ISSUER = os.environ.get("CAICACH_OIDC_ISSUER", "").strip().rstrip("/")
"""The province's OpenID Connect provider: https://dangnhap.tinh.gov.vn; empty: none."""
OIDC_CLIENT_ID = os.environ.get("CAICACH_OIDC_CLIENT_ID", "").strip()
OIDC_CLIENT_SECRET = os.environ.get("CAICACH_OIDC_CLIENT_SECRET", "").strip()
OIDC_NAME = os.environ.get("CAICACH_OIDC_NAME", "").strip() or "tài khoản tỉnh"
"""The words of its button: "Đăng nhập bằng tài khoản tỉnh"."""
OIDC_BY_EMAIL = _flag("CAICACH_OIDC_BY_EMAIL")
"""Whether a verified e-mail that exactly one active person has ties an account at its first sign-in."""
OIDC_ACR = [one.strip() for one in os.environ.get("CAICACH_OIDC_ACR", "").split(",") if one.strip()]
"""Levels (acr) at which the provider has asked for two things; an `amr` of two kinds is understood without."""
OIDC_TIMEOUT_SECONDS = 6
OIDC_MINUTES = 10
"""Between leaving for the provider and coming back."""
SIGN_IN_TRIES = 8
"""Wrong passwords in a row before a name rests, whether or not anybody has it."""
SIGN_IN_REST_MINUTES = 10
LOOKUP_TRIES = int(os.environ.get("CAICACH_LOOKUP_TRIES", "5"))
"""Wrong codes of a receipt from one address before it rests: the handbook's five."""
LOOKUP_REST_MINUTES = int(os.environ.get("CAICACH_LOOKUP_REST_MINUTES", "15"))
LOOKUP_TRIES_ALL = int(os.environ.get("CAICACH_LOOKUP_TRIES_ALL", "60"))
"""Wrong codes from everywhere before, for an hour, a code alone opens nothing: number and code together still do."""
LOOKUP_REST_ALL_MINUTES = 60
LOOKUP_DAYS = int(os.environ.get("CAICACH_LOOKUP_DAYS", "90"))
"""So long after its end a dossier's page for its owner says no more than that it has ended."""
SIGN_IN_FORGET_HOURS = 24
"""Wrong tries are forgotten so long after the last one."""
SIGN_IN_KEPT_DAYS = 365
"""Failed sign-ins stay in the record for so long: 12 months for a service on the Internet [check] NĐ 333/2026, Điều 16."""
SIGN_IN_NAMES_KEPT = 20_000
"""Names with wrong tries that are kept; the oldest go first."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/tinh/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"facts": {"()": "caicach.core.logs.FactsFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "facts"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "caicach": {"level": os.environ.get("CAICACH_LOG", "INFO")},
        "django.request": {"level": "CRITICAL"},  # core.middleware writes the line, without personal data
        "django.security": {"level": "WARNING"},
    },
}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
