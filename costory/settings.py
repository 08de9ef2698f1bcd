"""One settings file; every value that differs between machines comes from the environment (.env.example lists them).

A production start (DEBUG off) without its secrets stops here, with the name of what is missing.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG: bool = env.bool("DEBUG", default=False)

# Only a development start may run on a key that everybody knows.
SECRET_KEY: str = env.str("SECRET_KEY", default="development-only-key" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Set it in the environment, or DEBUG=1 on your own machine.")
# Keys that SECRET_KEY replaced: sessions and sealed secrets made with them still open.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])

APP_URL: str = env.str("APP_URL", default="http://localhost:8000").rstrip("/")
_LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[*_LOCAL_HOSTS, ".localhost"] if DEBUG else [urlsplit(APP_URL).hostname or ""]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[] if DEBUG else [APP_URL])

# --- Applications ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "django_htmx",
    "template_partials",
    "ninja",
    "accounts",
    "events",
    "billing",
    "stories",
    "coaching",
    "social",
    "costory",
]

# Every one of these runs synchronously in the request's own thread. Nothing here is asked per streamed
# chunk: streams never enter Django (costory/asgi.py).
MIDDLEWARE = [
    "costory.middleware.RequestIdMiddleware",
    "costory.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "costory.middleware.ScrapingMiddleware",
    "social.kept_pages.KeptPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.sessions.PersonMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "costory.middleware.LogoutMiddleware",
    "costory.middleware.PersonLanguageMiddleware",
    "costory.middleware.ClosedAccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "costory.middleware.HtmxLoginMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "costory.middleware.ApiRefusalMiddleware",
    "costory.middleware.SuspensionMiddleware",
    "accounts.idempotency.IdempotencyMiddleware",
]

ROOT_URLCONF = "costory.urls"
WSGI_APPLICATION = "costory.wsgi.application"
ASGI_APPLICATION = "costory.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "costory.context_processors.house",
            ],
        },
    },
]
FORM_RENDERER = "costory.forms.FormRenderer"

# --- Database ----------------------------------------------------------------------------------------------------

DATABASE_URL: str = env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'costory.sqlite3'}")
_database: dict[str, Any] = env.db_url_config(DATABASE_URL)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        # A write takes its lock at BEGIN: two transactions that read and then write can not deadlock.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
    # One connection per pool thread for its whole life: the threads are few and persist (costory/asgi.py).
    _database["CONN_MAX_AGE"] = None
else:
    # A shared pool keeps the connections of a process at its size whatever the number of threads or streams. It opens
    # lazily, so after any fork.
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "pool": {
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL_SIZE", default=8),
            "timeout": 10,
        },
    }
    _database["CONN_MAX_AGE"] = 0
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What `{% cache %}` keeps: parts of a page that are the same for everybody who reads a language. They are of this
    # release, so of this process; while somebody works on the templates nothing is kept.
    "template_fragments": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
        "LOCATION": "template-fragments",
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    },
}

# Whether a process keeps the library's pages ready. They are asked about in the database before each use, so any number
# of processes may; while somebody works on the templates nothing is kept.
KEEPS_PAGES: bool = env.bool("KEEPS_PAGES", default=not DEBUG)

# --- People ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS: list[str] = env.list(
    "PASSWORD_HASHERS",
    default=["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"],
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

# Where no mail server is configured nobody can confirm an address, so nobody is asked to: mail goes to the console.
EMAIL_URL: str = env.str("EMAIL_URL", default="")
EMAIL_CONFIGURED = bool(EMAIL_URL)
vars().update(env.email_url_config(EMAIL_URL or "consolemail://"))
# A mail server that says nothing holds nobody up for longer.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="CoStory <bonjour@costory.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Once a day, from this hour on (UTC), people are mailed what happened since.
DIGEST_HOUR: int = env.int("DIGEST_HOUR", default=6)
if not 0 <= DIGEST_HOUR < 24:
    raise ImproperlyConfigured("DIGEST_HOUR is an hour of the day, from 0 to 23.")

ACCOUNT_ADAPTER = "costory.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_CONFIGURED else "none"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "CoStory · "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(APP_URL).scheme
# A change replaces the one address, once the new one is confirmed.
ACCOUNT_CHANGE_EMAIL = EMAIL_CONFIGURED
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Beside allauth's own: how often one address may try the offline coach, and put a paragraph by for sign-up.
ACCOUNT_RATE_LIMITS = {"paragraph_try": "30/m/ip", "paragraph_keep": "10/m/ip"}

MFA_ADAPTER = "accounts.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.second_factor.AuthenticateForm",
    "reauthenticate": "accounts.second_factor.ReauthenticateForm",
    "activate_totp": "accounts.second_factor.ActivateTOTPForm",
    "add_webauthn": "accounts.second_factor.AddPasskeyForm",
    "edit_webauthn": "accounts.second_factor.RenamePasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
# A clock may be half a minute off (RFC 6238, section 5.2).
MFA_TOTP_TOLERANCE = 1
# Browsers give passkeys to http on localhost; a developer's server is that.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_ALLOW_UNVERIFIED_EMAIL = not EMAIL_CONFIGURED

# Login with Google, where both are set; its buttons show nowhere else. Its tokens are used once and kept nowhere.
GOOGLE_CLIENT_ID: str = env.str("GOOGLE_CLIENT_ID", default="")
GOOGLE_CLIENT_SECRET: str = env.str("GOOGLE_CLIENT_SECRET", default="")
GOOGLE_CONFIGURED = bool(GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET)
SOCIALACCOUNT_ADAPTER = "costory.adapters.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = {
    "google": {
        "SCOPE": ["profile", "email"],
        "OAUTH_PKCE_ENABLED": True,
    }
}

# --- Language ----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_COOKIE_NAME = "costory-language" if DEBUG else "__Host-costory-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not DEBUG
LANGUAGE_COOKIE_HTTPONLY = True

# --- Files -------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# A chapter of a million characters in any script, and a refusal with words for one that is longer.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000_000
# The preview of an import asks for up to three fields of each of 500 chapters.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Security ----------------------------------------------------------------------------------------------------

# In the database, as Django keeps them.
SESSION_ENGINE = "accounts.sessions"
# __Host- cookies are bound to this host and to https, which a browser on plain http (a developer's) would refuse.
SESSION_COOKIE_NAME = "costory-session" if DEBUG else "__Host-costory-session"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "costory-csrf" if DEBUG else "__Host-costory-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "costory.views.csrf_failure"
SECURE_SSL_REDIRECT = not DEBUG and env.bool("SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("TRUST_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 0 if DEBUG else 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# SecurityHeadersMiddleware sets X-Frame-Options, beside frame-ancestors, on every response.
SILENCED_SYSTEM_CHECKS = ["security.W002"]

# --- Who runs this house -----------------------------------------------------------------------------------------

# What the pages of law say of the publisher and the host (costory/legal.py). What is empty stands there as a blank.
LEGAL_NAME: str = env.str("LEGAL_NAME", default="")
LEGAL_ADDRESS: str = env.str("LEGAL_ADDRESS", default="")
LEGAL_EMAIL: str = env.str("LEGAL_EMAIL", default="")
LEGAL_PHONE: str = env.str("LEGAL_PHONE", default="")
LEGAL_REGISTRATION: str = env.str("LEGAL_REGISTRATION", default="")
LEGAL_PUBLICATION_DIRECTOR: str = env.str("LEGAL_PUBLICATION_DIRECTOR", default="")
LEGAL_HOST: str = env.str("LEGAL_HOST", default="")
LEGAL_MEDIATOR: str = env.str("LEGAL_MEDIATOR", default="")
LEGAL_TRANSFERS: str = env.str("LEGAL_TRANSFERS", default="")
LEGAL_RETENTION: str = env.str("LEGAL_RETENTION", default="")

# --- Money -------------------------------------------------------------------------------------------------------

WALLET_CURRENCY: str = env.str("WALLET_CURRENCY", default="EUR")
USD_TO_WALLET = Decimal(env.str("USD_TO_WALLET", default="0.92"))
MARKUP = Decimal(env.str("MARKUP", default="1.50"))
ENERGY_POINT_MICROS = 29_900
SIGNUP_GRANT_MICROS: int = env.int("SIGNUP_GRANT_MICROS", default=1_000_000)
SIGNUP_GRANT_DAILY_CAP_MICROS: int = env.int("SIGNUP_GRANT_DAILY_CAP_MICROS", default=200_000_000)
if not (USD_TO_WALLET.is_finite() and USD_TO_WALLET > 0 and MARKUP.is_finite() and MARKUP > 0):
    raise ImproperlyConfigured("USD_TO_WALLET and MARKUP must be positive numbers.")

# --- The coach ---------------------------------------------------------------------------------------------------

OPENROUTER_API_KEY: str = env.str("OPENROUTER_API_KEY", default="")
OPENROUTER_BASE_URL: str = env.str("OPENROUTER_BASE_URL", default="https://openrouter.ai/api/v1").rstrip("/")
# "openrouter" speaks its whole dialect and is billed by its figures; "openai" is any compatible server of one's own.
OPENROUTER_DIALECT: str = env.str("OPENROUTER_DIALECT", default="openrouter" if OPENROUTER_API_KEY else "openai")
OPENROUTER_MODEL: str = env.str("OPENROUTER_MODEL", default="anthropic/claude-sonnet-4.6")
# Without a key the offline coach answers; a server of one's own (Ollama, llama.cpp) needs none.
COACH_ONLINE = bool(OPENROUTER_API_KEY) or urlsplit(OPENROUTER_BASE_URL).hostname != "openrouter.ai"
REPLY_MAX_TOKENS: int = env.int("REPLY_MAX_TOKENS", default=1200)
CONTEXT_BUDGET_TOKENS: int = env.int("CONTEXT_BUDGET_TOKENS", default=12_000)
REPLY_IDLE_SECONDS: float = env.float("REPLY_IDLE_SECONDS", default=60.0)
# However lively a stream is, a reply ends: keep-alive comments alone could hold it open for ever.
REPLY_MAX_SECONDS: float = env.float("REPLY_MAX_SECONDS", default=600.0)
# How long the process that took the POST waits for a watcher to begin the reply before it does so itself.
REPLY_OFFER_SECONDS: float = env.float("REPLY_OFFER_SECONDS", default=2.0)
# How many pages of stories one address may open in a minute; 0 sets no bound.
PAGES_A_MINUTE: int = env.int("PAGES_A_MINUTE", default=600)
# How many replies one person may have written at the same time.
REPLIES_AT_ONCE: int = env.int("REPLIES_AT_ONCE", default=3)
# A reply whose process has not written a sign of life for this long is taken to be dead.
REPLY_LEASE_SECONDS: float = env.float("REPLY_LEASE_SECONDS", default=15.0)
GRACEFUL_STOP_SECONDS: float = env.float("GRACEFUL_STOP_SECONDS", default=20.0)
SWEEP_SECONDS: float = env.float("SWEEP_SECONDS", default=60.0)
PAGE_THREADS: int = env.int("PAGE_THREADS", default=8)

# --- Logs and errors ---------------------------------------------------------------------------------------------

LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "costory.logs.RequestIdFilter"}, "scrub": {"()": "costory.logs.ScrubFilter"}},
    "formatters": {"json": {"()": "costory.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id", "scrub"]},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL, "propagate": True, "handlers": []},
        "django.server": {"level": LOG_LEVEL, "propagate": True, "handlers": []},
        # Their INFO lines name addresses with query strings, which may carry a permit.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING", "propagate": True, "handlers": []},
        # Uvicorn configures its loggers before it loads us; its lines and tracebacks go through our handler, too.
        "uvicorn": {"level": LOG_LEVEL, "propagate": True, "handlers": []},
        "uvicorn.error": {"level": LOG_LEVEL, "propagate": True, "handlers": []},
        # Their DEBUG lines quote what is saved and what is rendered.
        "django.db.backends": {"level": "INFO"},
        "markdown_it": {"level": "INFO"},
    },
}

SENTRY_DSN: str = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    from costory.logs import start_sentry

    start_sentry(SENTRY_DSN, environment=env.str("SENTRY_ENVIRONMENT", default="production"))
