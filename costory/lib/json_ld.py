"""JSON-LD inside a page (https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents)."""

import json
from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe

# What ends a script element or begins another, and what a browser takes for an entity.
_UNSAFE_IN_SCRIPT = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


def json_ld(document: Mapping[str, object]) -> SafeString:
    """The document as it stands in a script element; what has no value is left out."""
    said = {name: value for name, value in document.items() if value not in ("", None, [])}
    written = json.dumps(said, ensure_ascii=False).translate(_UNSAFE_IN_SCRIPT)
    return mark_safe(written)  # noqa: S308 - what HTML reads is escaped a line above
