"""A client for OpenRouter's streamed chat completions and what surrounds them. The wire: EXTERNAL.md section 1."""

from costory.lib.openrouter.catalogue import ModelListing
from costory.lib.openrouter.client import OpenRouter
from costory.lib.openrouter.errors import (
    ContentRefused,
    ContextTooLong,
    KeyRejected,
    ModelUnavailable,
    OpenRouterError,
    OutOfCredit,
    ProviderFailed,
    RateLimited,
    RequestRejected,
    UpstreamCut,
    UpstreamError,
    UpstreamProtocolError,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from costory.lib.openrouter.reply import StreamedReply
from costory.lib.openrouter.request import ChatRequest, Message
from costory.lib.openrouter.usage import GenerationCost, Usage, estimate_usage

__all__ = [
    "ChatRequest",
    "ContentRefused",
    "ContextTooLong",
    "GenerationCost",
    "KeyRejected",
    "Message",
    "ModelListing",
    "ModelUnavailable",
    "OpenRouter",
    "OpenRouterError",
    "OutOfCredit",
    "ProviderFailed",
    "RateLimited",
    "RequestRejected",
    "StreamedReply",
    "UpstreamCut",
    "UpstreamError",
    "UpstreamProtocolError",
    "UpstreamTimeout",
    "UpstreamUnreachable",
    "Usage",
    "estimate_usage",
]
