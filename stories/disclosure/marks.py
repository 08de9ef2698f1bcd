"""The same disclosure for machines, as the AI Act (art. 50) asks: IPTC's digital source type, by its address.

The vocabulary: http://cv.iptc.org/newscodes/digitalsourcetype/. The property in JSON-LD: https://schema.org/digitalSourceType.
"""

import json

from django.utils.safestring import SafeString, mark_safe

from stories.disclosure.figures import Figures
from stories.models import Story

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# What ends a script element or begins another, and what a browser takes for an entity.
_UNSAFE_IN_SCRIPT = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


def digital_source_type(figures: Figures) -> str:
    """The address of the term that fits, or nothing where there is nothing to disclose."""
    if not figures.has_coach_text:
        return ""
    return VOCABULARY + ("trainedAlgorithmicMedia" if figures.is_coach_only else "compositeWithTrainedAlgorithmicMedia")


def reading_marks(figures: Figures, *, story: Story, title: str, author: str) -> dict[str, str | SafeString] | None:
    """What a reading page says in its head: the term, and a JSON-LD document around it. None where nothing is said."""
    if not (term := digital_source_type(figures)):
        return None
    described = {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "name": title,
        "author": {"@type": "Person", "name": author},
        "inLanguage": story.language,
        "digitalSourceType": term,
    }
    document = json.dumps(described, ensure_ascii=False).translate(_UNSAFE_IN_SCRIPT)
    return {"term": term, "json_ld": mark_safe(document)}  # noqa: S308 - what HTML reads is escaped a line above
