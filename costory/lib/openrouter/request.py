"""What is asked of a model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict


class Message(TypedDict):
    """One turn of the conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class ChatRequest:
    """One generation. `user` is a keyed hash, never an e-mail address or a key of ours.

    `schema` asks for JSON of that form; a model may ignore it. `zdr` keeps to endpoints with zero retention. `user`,
    `session_id` and everything about privacy exist only at OpenRouter and are left out for other servers, since strict
    ones answer 400 to a field they do not know.
    """

    model: str
    messages: Sequence[Message] = field(repr=False)  # story text: not for logs
    max_tokens: int | None = None
    temperature: float | None = None
    data_collection: Literal["allow", "deny"] = "deny"
    zdr: bool = False
    user: str = ""
    session_id: str = ""
    schema: dict[str, Any] | None = field(default=None, repr=False)

    def body(self, *, is_openrouter: bool) -> bytes:
        """The JSON to send; EXTERNAL.md 1.1 and 2."""
        fields: dict[str, Any] = {
            "model": self.model,
            "messages": self.messages,
            "stream": True,
            # A deprecated no-op at OpenRouter, where usage always comes; the others need it.
            "stream_options": {"include_usage": True},
        }
        if self.max_tokens is not None:
            fields["max_tokens"] = self.max_tokens
        if self.temperature is not None:
            fields["temperature"] = self.temperature
        if self.schema is not None:
            # Keys in the alphabet's order: a schema that went through a database is the same bytes again.
            schema = json.loads(json.dumps(self.schema, sort_keys=True))
            fields["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            }
        if is_openrouter:
            provider: dict[str, Any] = {"data_collection": self.data_collection}
            if self.zdr:
                provider["zdr"] = True
            fields["provider"] = provider
            # On by default for small contexts, it would drop the middle of the prompt without a word.
            fields["plugins"] = [{"id": "context-compression", "enabled": False}]
            if self.user:
                fields["user"] = self.user
            if self.session_id:
                fields["session_id"] = self.session_id[:256]
        # Escaped to ASCII: a lone surrogate would not encode otherwise.
        return json.dumps(fields, separators=(",", ":")).encode("ascii")
