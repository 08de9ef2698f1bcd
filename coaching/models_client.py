"""The house's one way to the language models: the client, configured, and what a claimed reply sends."""

from typing import Any

from django.conf import settings

from costory.lib import openrouter


def create() -> openrouter.OpenRouter:
    """Make the client of this process."""
    return openrouter.OpenRouter(
        base_url=settings.OPENROUTER_BASE_URL,
        api_key=settings.OPENROUTER_API_KEY,
        app_url=settings.APP_URL,
        idle_timeout=settings.REPLY_IDLE_SECONDS,
        is_openrouter=settings.OPENROUTER_DIALECT == "openrouter",
    )


def body(model: str, request: dict[str, Any]) -> bytes:
    """The bytes that are sent for a reply."""
    return chat_request(model, request).body(is_openrouter=settings.OPENROUTER_DIALECT == "openrouter")


def chat_request(model: str, request: dict[str, Any]) -> openrouter.ChatRequest:
    """What is sent for a reply, from what was stored with it when its price was shown."""
    return openrouter.ChatRequest(
        model=model,
        # In this order, so that the same request is the same bytes whatever a database makes of an object's order.
        messages=[{"role": message["role"], "content": message["content"]} for message in request["messages"]],
        max_tokens=request["max_tokens"],
        temperature=request.get("temperature"),
        zdr=request["zdr"],
        user=request["user"],
        session_id=request["session_id"],
        schema=request.get("schema"),
    )
