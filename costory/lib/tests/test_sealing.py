"""Sealed texts open with the key they were sealed under, or one that replaced it, and for nothing else."""

import pytest
from django.test import override_settings

from costory.lib.sealing import InvalidToken, seal, unseal


def test_what_was_sealed_comes_back_and_cannot_be_read():
    sealed = seal("JBSWY3DPEHPK3PXP", purpose="totp")
    assert "JBSWY3DP" not in sealed
    assert unseal(sealed, purpose="totp") == "JBSWY3DPEHPK3PXP"


def test_a_seal_is_for_one_purpose():
    with pytest.raises(InvalidToken):
        unseal(seal("x", purpose="totp"), purpose="other")


def test_a_new_key_opens_what_the_old_one_sealed_while_it_is_named():
    sealed = seal("x", purpose="totp")
    with override_settings(SECRET_KEY="the next", SECRET_KEY_FALLBACKS=["a-key-for-tests-only"]):
        assert unseal(sealed, purpose="totp") == "x"
        renewed = seal("x", purpose="totp")
    with override_settings(SECRET_KEY="the next"):
        assert unseal(renewed, purpose="totp") == "x"
        with pytest.raises(InvalidToken):
            unseal(sealed, purpose="totp")
