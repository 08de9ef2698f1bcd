"""The product's settings with the addresses of `tests.broken_house`, for a server process with DEBUG off."""

from costory.settings import *  # noqa: F403  The product's own, but for what follows.

ROOT_URLCONF = "tests.broken_house"
# As on a developer's machine: the manifest of collected files is another test's.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
