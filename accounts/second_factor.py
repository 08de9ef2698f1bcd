"""How a second factor is kept and used: allauth's flows with secrets sealed, and each code good for one entry."""

import logging
import time

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm as BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as BaseActivateTOTPForm
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from costory.lib.sealing import InvalidToken, seal, unseal

logger = logging.getLogger(__name__)

PURPOSE = "second-factor"
NAME = "CoStory"


class MFAAdapter(DefaultMFAAdapter):
    """allauth's hooks: what it stores is sealed, and what an authenticator app shows is our name."""

    def encrypt(self, text: str) -> str:
        return seal(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return unseal(encrypted_text, purpose=PURPOSE)
        except InvalidToken:
            # A key that was replaced without being named as a fallback: no code fits, and the log says why.
            logger.exception("A second factor's secret cannot be opened with SECRET_KEY or SECRET_KEY_FALLBACKS.")
            return str(generate_totp_secret())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  allauth's name.
        """The name a new key is offered."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def get_totp_issuer(self) -> str:
        return NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": NAME}


def spend_code(user: User, secret: str, code: str) -> bool:
    """Whether this valid code is used for the first time; from then on neither it nor an earlier one is valid.

    RFC 6238, section 5.2: "The verifier MUST NOT accept the second attempt of the OTP". The step stands in the row
    and is moved by one conditional statement, so that of two entries at once one is refused, in whatever process.
    """
    now = int(time.time()) // app_settings.TOTP_PERIOD
    # One further back than is accepted: the step may have turned since the code was found valid.
    steps = range(now + app_settings.TOTP_TOLERANCE, now - app_settings.TOTP_TOLERANCE - 2, -1)
    digits = "".join(code.split())
    step = next((step for step in steps if format_hotp_value(hotp_value(secret, step)) == digits), None)
    if step is None:
        return False
    return bool(User.objects.filter(pk=user.pk, totp_step__lt=step).update(totp_step=step))


class _SpendsItsCode:
    """A code is found valid and used up under one lock.

    Without it, two entries at once with one recovery code would each find it unused.
    """

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=self.user.pk)
            code: str = super().clean_code()  # type: ignore[misc]  # allauth's form stands behind this one.
            is_totp = self.authenticator.type == Authenticator.Type.TOTP
            if is_totp and not spend_code(self.user, decrypt(self.authenticator.data["secret"]), code):
                raise get_adapter().validation_error("incorrect_code")
            return code


class AuthenticateForm(_SpendsItsCode, BaseAuthenticateForm):
    """The second step of a login."""


class ReauthenticateForm(_SpendsItsCode, BaseReauthenticateForm):
    """The same question again, before something that cannot be undone."""


class ActivateTOTPForm(BaseActivateTOTPForm):
    """The first code of a new authenticator app, which is then used up."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not spend_code(self.user, self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AddPasskeyForm(AddWebAuthnForm):
    """A new key, which opens the account by itself unless its owner wants it after the password."""

    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    passwordless = forms.BooleanField(
        label=_("It opens my account without the password"),
        required=False,
        initial=True,
        help_text=_("Your device then asks for your fingerprint, your face or its code each time."),
    )


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name for a key."""

    name = forms.CharField(label=_("Name"), max_length=80)
