"""The floor for pages: an empty view of a new Django project, behind the seven middlewares it comes with.

    uvicorn bench.empty:application

Served as one would who wants its speed: Django's WSGI handler on persistent threads, through a2wsgi. `on_threads` is
the same through the product's own way to its threads, so that one can see what of a ratio is owed to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing is asked and nothing is done."""
    return HttpResponse("ok")


urlpatterns = [path("empty/", empty)]

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=MIDDLEWARE,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402  It needs the settings above.

from costory.lib.wsgi import OnThreads  # noqa: E402  The same.

_handler = get_wsgi_application()
application = WSGIMiddleware(cast("WSGIApp", _handler), workers=4)
on_threads = OnThreads(_handler, threads=4)
