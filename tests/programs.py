"""A program that calls the API with a token of its own."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import accounts.services
from accounts.models import User

V1 = "/api/v1"


class Program:
    """Calls in one person's name. Every answer is checked to be in the envelope."""

    def __init__(self, user: User, *scopes: str) -> None:
        self.user = user
        self._client = Client()
        secret = accounts.services.issue_token(user=user, name="test", scopes=scopes or ("read", "write"))[1]
        self._headers = {"Authorization": f"Bearer {secret}"}

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The response itself."""
        return self._client.generic(
            method,
            V1 + path,
            data=b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={**self._headers, **headers},
        )

    def send(self, path: str, form: dict[str, Any], **headers: str) -> tuple[int, Any]:
        """Post a form, with its files; a status and what is in the envelope."""
        return _opened(self._client.post(V1 + path, form, headers={**self._headers, **headers}))

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send JSON; a status and what is in the envelope: `data`, or the error."""
        return _opened(self.raw(method, path, body, **headers))


def file(content: bytes, name: str = "manuscript.md") -> SimpleUploadedFile:
    """A file to be sent."""
    return SimpleUploadedFile(name, content)


def _opened(answer: Any) -> tuple[int, Any]:
    if not answer.content:
        assert answer.status_code == 204
        return 204, None
    document = json.loads(answer.content)
    assert document["success"] is (answer.status_code < 400)
    return answer.status_code, document["data"] if document["success"] else document["error"]
