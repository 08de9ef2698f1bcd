"""What a text may try in a reader's browser, and what of it is found alive in a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>body{background:url(//evil.example)}</style>",
    "<form action=//evil.example><input name=csrfmiddlewaretoken>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](/accounts/logout/)",
    "[x](//evil.example)",
    "[x](\\\\evil.example)",
    '[x](http://e.example "onmouseover=alert(1)")',
    "[x](http://e.example '\" onmouseover=\"alert(1)')",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '<http://e.example/" onclick="alert(1)>',
    "![x](http://tracker.example/p.png)",
    '!["onerror=alert(1)](x)',
    "![<img src=x onerror=alert(1)>](x)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![[nested](javascript:alert(1))](x)",
    "[![x](http://tracker.example/p.png)](http://e.example)",
    "```<script>\n</code></pre><script>alert(1)</script>\n```",
    '```x" onclick="alert(1)\ncode\n```',
    "`</code><script>alert(1)</script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "# <img src=x onerror=alert(1)>",
    "> <script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "<p style='position:fixed;inset:0'>x</p>",
    "x\x00<script>alert(1)</script>",
    "\ud83d<script>",
    # Out of the places in which a page puts words.
    '"><script>alert(1)</script>',
    "' autofocus onfocus=alert(1) x='",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "</option></select><img src=x onerror=alert(1)>",
    "</div></article><form action=//evil.example><input name=password>",
    "--><script>alert(1)</script>",
    "{{ 7|add:35 }}{% load static %}${alert(1)}#{alert(1)}",
    # What the scripts of the house would heed.
    "<b hx-get=//evil.example hx-trigger=load>x</b>",
    "<b data-hx-on:htmx:load='alert(1)'>x</b>",
    "<form id=editor><input name=action><output id=editor-status data-version=99>",
    # Without a script.
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<button formaction=//evil.example>x</button>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><style><img title='</style><img src=x onerror=alert(1)>'></svg>",
    "<details open ontoggle=alert(1)><video><source onerror=alert(1)></video></details>",
    "<template><script>alert(1)</script></template>",
    # Letters that look like others, or are none.
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "[x](java\u200bscript:alert(1)) [x](\u2028javascript:alert(1)) [x](\x01javascript:alert(1))",
    "<img src=x\u2028onerror=alert(1)>\u202e<tpircs>",
]

_ACTIVE = {
    *("iframe", "frame", "frameset", "object", "embed", "applet", "base", "portal", "marquee", "style", "math"),
    *(
        "foreignobject",
        "animate",
        "animatetransform",
        "set",
        "video",
        "audio",
        "source",
        "noembed",
        "noscript",
        "xmp",
        "plaintext",
    ),
}
_ADDRESSES = {
    *("href", "src", "srcset", "action", "formaction", "xlink:href", "poster", "data", "background", "ping", "cite"),
    *("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "manifest", "longdesc", "sse-connect"),
}
_IGNORED_BY_BROWSERS = re.compile("[\x00-\x20]")
_OURS = re.compile(r"/(?![/\\])|[?#]|https?://(testserver|localhost|127\.0\.0\.1)[:/]")
_HEEDED = re.compile(r"on|(data-)?hx-(on|vals$|headers$|vars$)|style$|srcdoc$")
_TOKEN = re.compile(r'\{"X-CSRFToken": ?"[A-Za-z0-9]+"\}')
_DRAWN = {"svg", "path", "symbol", "use", "circle", "rect"}
_SPOKEN_BY_US = re.compile(r"[a-z][a-z0-9:_-]*")


def faults_in(markup: str) -> list[str]:
    """What in a page of ours runs, loads from elsewhere, or leads where no page of ours leads. Nothing, it is hoped."""
    if not markup.strip():
        return []
    page = html.document_fromstring(markup, parser=html.HTMLParser(huge_tree=True))
    return [fault for element in page.iter() for fault in _faults_of(element)]


def _faults_of(element: etree._Element) -> Iterator[str]:
    if not isinstance(element.tag, str):
        return
    tag = element.tag.lower()
    if tag in _ACTIVE:
        yield f"<{tag}>"
    if tag == "script":
        is_ours = element.get("src", "").startswith("/static/") and not (element.text or "").strip()
        if not is_ours and element.get("type") not in {"application/json", "application/ld+json"}:
            yield f"<script> {element.get('src')} {element.text}"
    if tag == "meta" and element.get("http-equiv"):
        yield f"<meta http-equiv={element.get('http-equiv')}>"
    for name, value in element.attrib.items():
        said = f"<{tag} {name}={value!r}>"
        is_spoken = _SPOKEN_BY_US.fullmatch(str(name)) or tag in _DRAWN
        if tag == "body" and name == "hx-headers" and _TOKEN.fullmatch(str(value)):
            continue
        is_address = str(name).removeprefix("data-") in _ADDRESSES
        leads_away = is_address and not _leads_well(element, str(name), str(value))
        if not is_spoken or _HEEDED.match(str(name)) or leads_away:
            yield said


def _leads_well(element: etree._Element, name: str, value: str) -> bool:
    address = _IGNORED_BY_BROWSERS.sub("", value)
    if not address or _OURS.match(address):
        return True
    # A writer may link to another house; nothing comes from there by itself, and nothing of ours goes along.
    is_link = element.tag == "a" and name == "href" and address.startswith(("http://", "https://", "mailto:"))
    return is_link and {"nofollow", "noopener", "noreferrer"} <= set(element.get("rel", "").split())
