"""How long it takes to read."""

from django import template
from django.utils.translation import gettext, ngettext

register = template.Library()

WORDS_A_MINUTE = 230


@register.filter
def reading_time(words: int) -> str:
    """The time a text of so many words takes at an easy pace, in minutes or in hours."""
    minutes = max(1, round(words / WORDS_A_MINUTE))
    if minutes < 60:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    hours, rest = divmod(round(minutes / 30) * 30, 60)
    if not rest:
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    return gettext("%(number)d½ hours") % {"number": hours} if hours > 1 else gettext("1½ hours")
