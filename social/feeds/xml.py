"""XML that is well-formed whatever somebody typed."""

from collections.abc import Mapping
from io import StringIO
from xml.sax.xmlreader import AttributesImpl

from django.utils.xmlutils import SimplerXMLGenerator

from stories.exporting.xhtml import plain_xml


class Document:
    """An XML document being written, element by element. What no XML document can hold is left out of texts."""

    def __init__(self, root: str, attributes: Mapping[str, str]) -> None:
        self._written = StringIO()
        self._root = root
        self._generator = SimplerXMLGenerator(self._written, "utf-8", short_empty_elements=True)
        self._generator.startDocument()
        self.open(root, attributes)

    def open(self, name: str, attributes: Mapping[str, str] | None = None) -> None:
        """Begin an element that holds others."""
        self._generator.startElement(name, AttributesImpl(_said(attributes)))

    def close(self, name: str) -> None:
        """End it."""
        self._generator.endElement(name)

    def add(self, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> None:
        """An element that holds a text, or nothing. An attribute without a value is left out."""
        self._generator.addQuickElement(name, plain_xml(text) or None, _said(attributes))

    def finish(self) -> bytes:
        """The whole document, in UTF-8."""
        self.close(self._root)
        self._generator.endDocument()
        return self._written.getvalue().encode()


def _said(attributes: Mapping[str, str] | None) -> dict[str, str]:
    return {name: plain_xml(value) for name, value in (attributes or {}).items() if value}
