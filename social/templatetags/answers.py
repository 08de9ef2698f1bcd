"""What readers wrote, in a page."""

from django import template
from django.utils.safestring import SafeString

from costory.lib import plain_text

register = template.Library()


@register.filter
def plain(text: str) -> SafeString:
    """Somebody's words as paragraphs with their line breaks and links, and nothing else."""
    return plain_text.html_of(text)
