"""The product's settings as the tests run them: nothing of the developer's own .env, no key, a fast password hash.

What is set in the environment wins over .env, so all of this stands before the product's settings are read. Only
DATABASE_URL is taken from outside: tests/postgres.py sets it.
"""

import os
import tempfile
from pathlib import Path

PRODUCT_DATABASE = f"sqlite:///{Path(__file__).resolve().parent.parent / 'costory.sqlite3'}"

os.environ.setdefault("DATABASE_URL", PRODUCT_DATABASE)
os.environ.update(
    # Plain http and cookies without __Host-; pytest-django itself switches DEBUG off once the settings are read.
    DEBUG="1",
    SECRET_KEY="a-key-for-tests-only",
    APP_URL="http://testserver",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    CSRF_TRUSTED_ORIGINS="",
    PASSWORD_HASHERS="django.contrib.auth.hashers.MD5PasswordHasher",
    LOG_LEVEL="WARNING",
)
for outside_service in (
    "OPENROUTER_API_KEY",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "SENTRY_DSN",
    "REDIS_URL",
    "EMAIL_URL",
    "S3_BUCKET",
):
    os.environ[outside_service] = ""
for with_a_default in ("OPENROUTER_BASE_URL", "OPENROUTER_MODEL", "USD_TO_WALLET", "MARKUP", "SIGNUP_GRANT_MICROS"):
    os.environ.pop(with_a_default, None)

from costory.settings import *  # noqa: E402, F403 - the environment first, see above

# WhiteNoise warns of a folder that is not there, and warnings are errors.
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 - from the product's settings
# Kept as in production: what is kept too long, or for too many, must show in a test.
CACHES["template_fragments"]["BACKEND"] = "django.core.cache.backends.locmem.LocMemCache"  # noqa: F405 - the same
# Pictures that tests send go with the run.
_MEDIA = tempfile.TemporaryDirectory(prefix="costory-media-")
MEDIA_ROOT = Path(_MEDIA.name)
