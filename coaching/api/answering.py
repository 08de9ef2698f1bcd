"""Answering on the event loop: wait for a reply, or stream it as it comes. Whoever goes away leaves it to go on."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from pydantic import BaseModel

from accounts.models import User
from coaching import process
from coaching.models import Reply
from costory.lib import sse
from costory.lib.api import ApiError, Single

Out = TypeVar("Out", bound=BaseModel)


async def respond(
    request: HttpRequest,
    post: Callable[[User, str], Reply],
    show: Callable[[UUID, User], Out],
    *,
    first: Callable[[UUID, User], bytes] | None = None,
) -> HttpResponseBase | Single[Out]:
    """Ask with `post(user, idempotency key)`, and answer with what `show(reply id, user)` makes of the reply.

    With `Accept: text/event-stream` the answer is the stream of `delta` events, ended by `done`, `stopped` or `failed`
    with that same object; `first` gives the events that come before all others.
    """
    user: User = request.auth.user  # type: ignore[attr-defined]  # ApiRequest, which ninja would take for a parameter.
    key = request.headers.get("Idempotency-Key") or uuid4().hex
    if len(key) > 255 or not key.isprintable():
        raise ApiError("validation_error", _("An idempotency key has at most 255 characters that can be printed."))
    # A reply takes its time: the connection goes back before it begins.
    reply = await sync_to_async(_with_connection_back)(post, user, key)
    engine = process.current()
    if engine is None:
        raise ApiError("upstream_unavailable", _("The coach is starting. Try again in a moment."))
    beginning = await sync_to_async(_with_connection_back)(first, reply.pk, user) if first is not None else b""
    if "text/event-stream" in request.headers.get("Accept", ""):
        response = StreamingHttpResponse(_events(reply.pk, user, show, beginning), content_type=sse.MEDIA_TYPE)
        response["Cache-Control"] = "no-store"
        response["X-Accel-Buffering"] = "no"
        return response
    async for _event in engine.watch(reply.pk):
        pass
    answer = await sync_to_async(_with_connection_back)(show, reply.pk, user)
    state, code = await sync_to_async(_with_connection_back)(_end_of, reply.pk)
    if state == Reply.State.FAILED:
        raise _failure(code, answer)
    return Single(data=answer)


async def _events(
    reply_id: UUID, user: User, show: Callable[[UUID, User], Out], beginning: bytes
) -> AsyncIterator[bytes]:
    if beginning:
        yield beginning
    engine = process.current()
    if engine is None:
        return
    async for events in engine.watch(reply_id):
        yield events
    state, _code = await engine.store.call(_end_of, reply_id)
    if state not in Reply.UNFINISHED:
        answer = await engine.store.call(show, reply_id, user)
        yield sse.encode(answer.model_dump_json(), event=state)


def _end_of(reply_id: UUID) -> tuple[str, str]:
    return Reply.objects.values_list("state", "error_code").get(pk=reply_id)


def _with_connection_back(function: Callable[..., Any], *args: Any) -> Any:
    try:
        return function(*args)
    finally:
        close_old_connections()


def _failure(code: str, answer: BaseModel) -> ApiError:
    details = {"reason": code, "answer": answer.model_dump(mode="json")}
    if code == "timeout":
        return ApiError(
            "upstream_timeout", _("The model did not answer in time. It cost you nothing."), details=details
        )
    return ApiError("upstream_unavailable", _("The model could not answer. It cost you nothing."), details=details)
