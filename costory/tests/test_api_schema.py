"""The whole API against its own document, by schemathesis: nothing it can think of makes a 500 or breaks the schema."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

import accounts.services
import billing.services
from tests.factories import create_chapter, create_story, create_user
from tests.servers import ServerThread

pytestmark = pytest.mark.django_db(transaction=True)


def beyond_schemas(case: "schemathesis.Case[Any]") -> list[Any]:
    """What the document cannot promise of an operation."""
    # A schema cannot say all that makes a handle, a password or a cursor: those are 422, as declared.
    beyond: list[Any] = [positive_data_acceptance]
    if case.media_type == "multipart/form-data":
        # In a form everything is a text: what is no string in a schema's eyes is one when it arrives.
        beyond.append(negative_data_rejection)
    return beyond


def test_every_operation_keeps_to_the_document(live_asgi: ServerThread):
    user = create_user()
    billing.services.grant_credits(user=user, amount_micros=1_000_000, reason="test", cause="test:schema")
    create_chapter(story=create_story(owner=user), content="It was night.")
    token = accounts.services.issue_token(user=user, name="schema", scopes=["read", "write", "spend"])[1]
    document = schemathesis.openapi.from_url(f"{live_asgi.url}/api/v1/openapi.json")
    problems: list[str] = []
    for found in document.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # An operation that cannot be read raises here, as it should.
        if operation.path == "/api/v1/auth/logout":
            # It would end the token that all others need.
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def keeps(case: "schemathesis.Case[Any]") -> None:
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {token}"}, excluded_checks=beyond_schemas(case)
                )

            try:
                keeps()
            except Exception as problem:  # noqa: BLE001  Each is collected, so that one run shows them all.
                problems.append(f"{operation.method} {operation.path}: {problem}")
    assert problems == []
