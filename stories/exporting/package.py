"""An EPUB's package document, its contents page and its frame: what tells a reading system what the book holds.

EPUB 3.3 (https://www.w3.org/TR/epub-33/) and EPUB Accessibility 1.1. No conformance to WCAG is claimed: nobody has
looked at the photographs a writer put in, nor at what is said of them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stories.exporting.manuscript import Manuscript
from stories.exporting.xhtml import direction, xml_text

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A file of the book: in the manifest, and in the reading order where it has a place there."""

    id: str
    href: str
    media_type: str
    properties: str = ""
    is_read: bool = False
    heading: str = ""
    source_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """How many photographs a book holds, and how many of them nobody has described."""

    count: int = 0
    undescribed: int = 0


def package_document(manuscript: Manuscript, items: list[Item], *, pictures: Pictures, source_type: str) -> str:
    """The package document: metadata, manifest, reading order."""
    manifest = "\n".join(
        f'<item id="{item.id}" href="{item.href}" media-type="{item.media_type}"'
        + (f' properties="{item.properties}"' if item.properties else "")
        + "/>"
        for item in items
    )
    spine = "\n".join(f'<itemref idref="{item.id}"/>' for item in items if item.is_read)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{manuscript.language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
{_metadata(manuscript, items, pictures=pictures, source_type=source_type)}
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""


def _metadata(manuscript: Manuscript, items: list[Item], *, pictures: Pictures, source_type: str) -> str:
    modified = manuscript.modified_at.astimezone(UTC)
    lines = [
        f'<dc:identifier id="id">urn:uuid:{manuscript.identifier}</dc:identifier>',
        f"<dc:title>{xml_text(manuscript.title)}</dc:title>",
        f"<dc:language>{manuscript.language}</dc:language>",
        f'<dc:creator id="author">{xml_text(manuscript.author)}</dc:creator>',
        '<meta refines="#author" property="role" scheme="marc:relators">aut</meta>',
        f'<meta property="dcterms:modified">{_moment(modified)}</meta>',
    ]
    if manuscript.description.strip():
        lines.append(f"<dc:description>{xml_text(manuscript.description.strip())}</dc:description>")
    lines += _accessibility(pictures)
    if source_type:
        lines.append(f'<meta property="schema:digitalSourceType">{source_type}</meta>')
        lines += [
            f'<meta refines="#{item.id}" property="schema:digitalSourceType">{item.source_type}</meta>'
            for item in items
            if item.source_type
        ]
    return "\n".join(lines)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _accessibility(pictures: Pictures) -> list[str]:
    features = ["tableOfContents", "readingOrder", "structuralNavigation", "displayTransformability", "unlocked"]
    modes = ["textual"]
    summary = _("The text can be read by every means; its chapters are reached from the table of contents.")
    if pictures.count:
        modes.append("visual")
        if pictures.undescribed:
            lacking = ngettext(
                "%(count)d photograph has no description.",
                "%(count)d photographs have no description.",
                pictures.undescribed,
            ) % {"count": pictures.undescribed}
            summary = f"{summary} {lacking}"
        else:
            features.append("alternativeText")
            summary = f"{summary} {_('Every photograph has a description by the author.')}"
    lines = [f'<meta property="schema:accessMode">{mode}</meta>' for mode in modes]
    if not pictures.undescribed:
        lines.append('<meta property="schema:accessModeSufficient">textual</meta>')
    else:
        lines.append('<meta property="schema:accessModeSufficient">textual,visual</meta>')
    lines += [f'<meta property="schema:accessibilityFeature">{feature}</meta>' for feature in features]
    lines.append('<meta property="schema:accessibilityHazard">none</meta>')
    lines.append(f'<meta property="schema:accessibilitySummary">{xml_text(summary)}</meta>')
    return lines


def document(title: str, body: str, *, language: str, source_type: str = "") -> str:
    """A page of the book."""
    mark = f'<meta name="digitalSourceType" content="{source_type}"/>\n' if source_type else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" \
lang="{language}" xml:lang="{language}">
<head>
<meta charset="UTF-8"/>
<title>{xml_text(title)}</title>
{mark}<link rel="stylesheet" type="text/css" href="book.css"/>
</head>
<body>
{body}
</body>
</html>
"""


def navigation(manuscript: Manuscript, items: list[Item]) -> str:
    """The contents page, for people and for the reading system's own menu."""
    listed = [item for item in items if item.heading]
    entries = "\n".join(f"<li>{_link(item.href, item.heading)}</li>" for item in listed)
    begin = next((item for item in listed if item.id.startswith("chapter")), listed[0])
    body = f"""<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-heading">
<h1 id="toc-heading">{xml_text(_("Contents"))}</h1>
<ol>
{entries}
</ol>
</nav>
<nav epub:type="landmarks" id="landmarks" aria-label="{xml_text(_("Landmarks"))}" hidden="hidden">
<ol>
<li><a epub:type="cover" href="cover.xhtml">{xml_text(_("Cover"))}</a></li>
<li><a epub:type="toc" href="nav.xhtml">{xml_text(_("Contents"))}</a></li>
<li><a epub:type="bodymatter" href="{begin.href}">{xml_text(_("Beginning"))}</a></li>
</ol>
</nav>"""
    return document(_("Contents"), body, language=manuscript.language)


def _link(href: str, text: str) -> str:
    return f'<a href="{href}"{direction(text)}>{xml_text(text)}</a>'
