"""Pages on threads: whole answers at once, others part by part, and closed in the thread that made them."""

import asyncio
import io
import threading
from contextvars import ContextVar

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from costory.lib.wsgi import OnThreads

pytestmark = pytest.mark.once
who: ContextVar[str] = ContextVar("who", default="nobody")


class Handler:
    """As Django's: calls back with status and headers, and returns a response that is to be closed."""

    def __init__(self, respond):
        self.respond = respond
        self.environ = {}
        self.made_in = self.closed_in = None

    def __call__(self, environ, start_response):
        self.environ = environ
        self.made_in = threading.get_ident()
        response = self.respond(environ)
        response._resource_closers.append(self._close)
        lines = [*response.items(), *(("Set-Cookie", each.output(header="")) for each in response.cookies.values())]
        start_response(f"{response.status_code} {response.reason_phrase}", lines)
        return response

    def _close(self):
        self.closed_in = threading.get_ident()


def asked(handler, *, method="GET", headers=(), body=()):
    """The messages of the answer."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": "/stories/é/",
        "query_string": b"a=1",
        "headers": list(headers),
        "server": ("costory.example", 443),
        "client": ("192.0.2.1", 5000),
    }
    parts = [{"type": "http.request", "body": part, "more_body": True} for part in body]
    parts.append({"type": "http.request", "body": b"", "more_body": False})
    said = []

    async def receive():
        return parts.pop(0)

    async def send(message):
        said.append(message)

    asyncio.run(OnThreads(handler, threads=1)(scope, receive, send))
    return said


def test_a_whole_answer_is_said_at_once():
    def respond(environ):
        response = HttpResponse("é", status=404, headers={"X-Where": "here"})
        response.set_cookie("seen", "1")
        return response

    handler = Handler(respond)
    start, body = asked(handler, headers=[(b"cookie", b"a=b"), (b"content-length", b"0")])
    assert start["status"] == 404
    assert (b"x-where", b"here") in start["headers"]
    assert next(value for name, value in start["headers"] if name == b"set-cookie").startswith(b"seen=1;")
    assert body == {"type": "http.response.body", "body": "é".encode()}
    environ = handler.environ
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/stories/é/"
    assert (environ["REMOTE_ADDR"], environ["HTTP_COOKIE"], environ["wsgi.url_scheme"]) == ("192.0.2.1", "a=b", "https")
    assert environ["wsgi.input"].read() == b""
    assert handler.closed_in == handler.made_in != threading.get_ident()


def test_a_stream_is_said_part_by_part_and_a_file_in_larger_ones():
    handler = Handler(lambda environ: StreamingHttpResponse(iter([b"one", b"two"])))
    assert [each.get("body") for each in asked(handler)] == [None, b"one", b"two", b""]
    assert handler.closed_in == handler.made_in

    text = b"0123456789abcdef" * 10_000
    handler = Handler(lambda environ: FileResponse(io.BytesIO(text), content_type="text/plain"))
    bodies = [each["body"] for each in asked(handler)[1:]]
    assert b"".join(bodies) == text
    assert [len(body) for body in bodies] == [65_536, 65_536, 28_928, 0]
    assert handler.closed_in == handler.made_in


@pytest.mark.parametrize("header", [(b"content-length", b"6"), (b"transfer-encoding", b"chunked")])
def test_what_is_sent_along_arrives(header):
    handler = Handler(lambda environ: HttpResponse(environ["wsgi.input"].read(6)))
    said = asked(handler, method="POST", headers=[header], body=[b"abc", b"def"])
    assert b"".join(each.get("body", b"") for each in said) == b"abcdef"


def test_a_request_leaves_nothing_to_the_next_in_its_thread():
    seen = []

    def respond(environ):
        seen.append(who.get())
        who.set("somebody")
        return HttpResponse()

    pages = OnThreads(Handler(respond), threads=1)
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/", "query_string": b"", "headers": []}

    async def twice():
        async def receive():
            return {}

        async def send(message):
            pass

        for _ in range(2):
            await pages(scope, receive, send)

    asyncio.run(twice())
    assert seen == ["nobody", "nobody"]


def test_a_handler_that_fails_is_the_servers_to_answer():
    def respond(environ):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asked(Handler(respond))
