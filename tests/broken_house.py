"""The product with doors that fail, each quoting what a writer wrote: to see that no log and no page repeats it."""

import asyncio
import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from costory.asgi import Receive, Scope, Send
from costory.asgi import application as house
from costory.urls import urlpatterns as house_urls

STORY = "Nobody knows that the lighthouse keeper writes at night"


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    """Fail as a view fails whose database quotes the row it choked on, with a cause behind it."""
    try:
        int(STORY)
    except ValueError as error:
        raise RuntimeError(STORY) from error
    return HttpResponse()


@login_not_required
def debug_lines(request: HttpRequest) -> HttpResponse:
    """Write what libraries write."""
    logging.getLogger("django.db.backends").debug("(0.001) UPDATE chapter SET content = %s", STORY)
    logging.getLogger("costory.elsewhere").info("mail for %s", "anna@example.org", extra={"path": "/s/abcdef/"})
    return HttpResponse("ok")


urlpatterns = [path("broken/", broken), path("lines/", debug_lines), *house_urls]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Fail outside Django, where only uvicorn sees it, and in a task that nobody waits for."""
    if scope["type"] == "http" and scope["path"] == "/broken-outside/":
        raise RuntimeError(STORY)
    if scope["type"] == "http" and scope["path"] == "/broken-task/":
        asyncio.create_task(_fail())  # noqa: RUF006  Nobody holds it: that is the point.
        await asyncio.sleep(0)
    await house(scope, receive, send)


async def _fail() -> None:
    raise RuntimeError(STORY)
