"""Who else handles what people entrust to the house: read from the settings, so that the page cannot forget one."""

from dataclasses import dataclass
from typing import Any, Final
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


_ON_DISK: Final = frozenset(
    {"django.core.files.storage.FileSystemStorage", "django.core.files.storage.InMemoryStorage"}
)
_HERE: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})
"""A server on the same machine is nobody else."""


def _mail_host() -> str:
    """The server that letters go through; empty where none is set up, or where it is this machine's own."""
    host = str(settings.EMAIL_HOST or "") if settings.EMAIL_CONFIGURED else ""
    return "" if host in _HERE else host


def _file_place() -> str:
    """Where uploaded files lie, as far as the settings tell; empty where that is this machine's own disk."""
    storage: dict[str, Any] = settings.STORAGES["default"]
    if storage["BACKEND"] in _ON_DISK:
        return ""
    options = storage.get("OPTIONS", {})
    address = str(options.get("endpoint_url") or options.get("custom_domain") or "")
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    return host or str(options.get("bucket_name") or storage["BACKEND"].rpartition(".")[2])


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
    if mail := _mail_host():
        found.append(
            Processor(
                name=_("E-mail: %(host)s") % {"host": mail},
                purpose=_("It carries the letters we write to you: confirmations, news of your stories, decisions."),
                gets=_("Your e-mail address, and what the letter says: names, titles, the reasons for a decision."),
                never_gets=_("The text of your stories, your conversations with the coach, your payments."),
            )
        )
    if place := _file_place():
        found.append(
            Processor(
                name=_("Files: %(place)s") % {"place": place},
                purpose=_("It keeps the pictures you upload, and the covers."),
                gets=_("Your photographs and covers, under names that say nothing of you."),
                never_gets=_("Your name, your e-mail address, anything you write."),
            )
        )
    if settings.GOOGLE_CONFIGURED:
        found.append(
            Processor(
                name="Google",
                purpose=_("Logging in with Google, for those who choose to."),
                gets=_("That you log in here, and when. We get your e-mail address and your name from it."),
                never_gets=_("Anything you write, what you read, your payments."),
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
