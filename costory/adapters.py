"""Where allauth meets the house: the one place that knows both who signs up (accounts) and what it earns (billing)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils import translation

import billing.services
import events.services
from accounts.models import User
from costory.trying.keeping import begin_with_kept_text, begun_url


def welcome(user: User) -> None:
    """What happens once somebody is known to be somebody: at sign-up where no mail can be sent, else at verification.

    Repeating it is harmless: the grant is once per person.
    """
    billing.services.grant_signup(user=user)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks, in the transaction that makes the account."""

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  allauth's signature.
        user.language = ""
        user = super().save_user(request, user, form, commit)
        if commit:
            events.services.record("person.signed_up", person_id=user.pk, subject=user)
            if not settings.EMAIL_CONFIGURED:
                welcome(user)
            # Before the address is verified: whoever confirms it on another device finds the words there.
            begin_with_kept_text(request, user)
        return user

    def login(self, request: HttpRequest, user: Any) -> None:
        """What somebody wrote before they logged in is theirs from here on."""
        super().login(request, user)
        begin_with_kept_text(request, user)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """To the chapter that was begun before there was an account, if there is one."""
        return begun_url(request) or super().get_signup_redirect_url(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To the chapter that was begun before the login, if there is one."""
        return begun_url(request) or super().get_login_redirect_url(request)

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            user = User.objects.get(pk=email_address.user_id)
            events.services.record("email.verified", person_id=user.pk, subject=user)
            welcome(user)
        return confirmed

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names here; the handle comes from chance until its owner chooses one."""
        if not user.handle:
            user.handle = User.objects.new_handle()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write to people in their own language, not in that of whoever caused the mail."""
        person = context.get("user")
        language = getattr(person, "language", "") or translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            super().send_mail(template_prefix, email, context)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Login with Google: configured by the environment alone, and not there at all where it is not."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """The settings' applications. The table allauth would ask as well stays empty here."""
        if not settings.GOOGLE_CONFIGURED or provider not in {None, "google"}:
            return []
        application = SocialApp(
            provider="google",
            name="Google",
            client_id=settings.GOOGLE_CLIENT_ID,
            secret=settings.GOOGLE_CLIENT_SECRET,
        )
        return [application] if client_id in {None, application.client_id} else []

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        if not self.list_apps(request, provider, client_id):
            raise Http404
        return super().get_app(request, provider, client_id)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Of all that Google says, the address and the first name are kept; readers see the name, so not all of it."""
        said = sociallogin.account.extra_data
        sociallogin.account.extra_data = {key: said[key] for key in ("email", "given_name") if key in said}
        user = super().populate_user(request, sociallogin, data)
        user.display_name = str(data.get("first_name") or "")[:80]
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """The account, its first event and its gift, whether a form was shown or not."""
        user = super().save_user(request, sociallogin, form)
        if form is None:
            events.services.record("person.signed_up", person_id=user.pk, subject=user)
            begin_with_kept_text(request, user)
        if EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
            welcome(user)
        return user
