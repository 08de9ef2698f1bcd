"""Secrets at rest: what a copy of the database alone must not open."""

import base64
import functools
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["InvalidToken", "seal", "unseal"]


def seal(text: str, *, purpose: str) -> str:
    """Encrypt `text` with the key of this house for one purpose."""
    return _keys(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """What was sealed for this purpose, under this key or one it replaced. Raises InvalidToken for anything else."""
    return _keys(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(sealed.encode()).decode()


@functools.cache
def _keys(purpose: str, *secrets: str) -> MultiFernet:
    """One key per secret, the newest first, and none of them the secret itself."""
    digests = (hashlib.sha256(f"costory.sealing:{purpose}:{secret}".encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
