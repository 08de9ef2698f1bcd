"""Who else handles what people entrust to the house: read from the settings, so that the page cannot forget one."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Processor:
    """A processor, what it is for, what it gets and what it does not."""

    name: "str | Promise"
    purpose: "str | Promise"
    gets: "str | Promise"
    never_gets: "str | Promise"


def processors() -> list[Processor]:
    """Those that this house is set up with."""
    found = []
    if settings.COACH_ONLINE:
        host = urlsplit(settings.OPENROUTER_BASE_URL).hostname or ""
        is_router = settings.OPENROUTER_DIALECT == "openrouter"
        found.append(
            Processor(
                name=f"OpenRouter ({host})" if is_router else host,
                purpose=_("Language models: it passes what is asked of the coach on to the provider of the model."),
                gets=_(
                    "The passages, notes and messages that the receipt of a reply lists, and a number in place of you"
                    " that nobody else can turn back into you. Journals, family memories and conversations with the"
                    " listening coach go only to providers that keep nothing."
                ),
                never_gets=_("Your name, your handle, your e-mail address, your payments, other stories."),
            )
        )
    if getattr(settings, "STRIPE_SECRET_KEY", ""):
        found.append(
            Processor(
                name="Stripe",
                purpose=_("Payments."),
                gets=_("Your e-mail address, what you buy, and the card you pay with, which we never see."),
                never_gets=_("Anything you write."),
            )
        )
    if settings.EMAIL_CONFIGURED:
        found.append(
            Processor(
                name=settings.EMAIL_HOST,
                purpose=_("E-mail."),
                gets=_("Your e-mail address and the letters we write to you."),
                never_gets=_("Anything you write."),
            )
        )
    if settings.SENTRY_DSN:
        found.append(
            Processor(
                name=f"Sentry ({urlsplit(settings.SENTRY_DSN).hostname})",
                purpose=_("Reports of errors in the program."),
                gets=_("Where in the program it failed, and when."),
                never_gets=_("Your name, your address, anything you write."),
            )
        )
    return found
