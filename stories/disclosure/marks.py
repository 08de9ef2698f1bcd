"""The same disclosure for machines, as the AI Act (art. 50) asks: IPTC's digital source type, by its address.

The vocabulary: http://cv.iptc.org/newscodes/digitalsourcetype/. The property in JSON-LD: https://schema.org/digitalSourceType.
"""

from django.utils.safestring import SafeString

from costory.lib.json_ld import json_ld
from stories.disclosure.figures import Figures
from stories.models import Story

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"


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
    return {"term": term, "json_ld": json_ld(described)}
