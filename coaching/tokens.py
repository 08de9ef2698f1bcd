"""How many tokens a text may be, from above and without a tokenizer.

Every model family cuts text in its own way, and the figure decides what is held before a reply, so it has to be high
rather than right. The weights, in fifths of a token per character, stand above what the families in use need on
running prose:

- lower-case ASCII letters and white space: 2/5 (English prose has about 4 letters to a token, French 3; 2.5 here);
- capitals, digits and ASCII punctuation: 1, because several tokenizers give each of them its own token;
- two-byte characters (é, ç, «, Greek, Cyrillic, Arabic): 1;
- three-byte characters (’, —, …, the narrow no-break space, Chinese, Japanese): 2;
- four-byte characters (emoji, rare ideographs): 4, a token for each byte.

The weight of a text is the sum over its characters, so cutting a text never raises it, and the estimate of parts is
never below the estimate of the whole.
"""

import string
from collections.abc import Iterable, Mapping
from typing import Final

MESSAGE_OVERHEAD_TOKENS: Final = 8
"""What a message costs besides its text: its role and the marks that bound it."""

_FIFTHS: Final = 5
_LIGHT: Final = (string.ascii_lowercase + string.whitespace).encode()
_CONTINUATION: Final = bytes(range(0x80, 0xC0))
_TWO_BYTE_LEADS: Final = bytes(range(0xC0, 0xE0))
_THREE_BYTE_LEADS: Final = bytes(range(0xE0, 0xF0))
_FOUR_BYTE_LEADS: Final = bytes(range(0xF0, 0x100))
_WEIGHTS: Final = ((_LIGHT, 2), (_TWO_BYTE_LEADS, 5), (_THREE_BYTE_LEADS, 10), (_FOUR_BYTE_LEADS, 20))


def estimate_tokens(text: str) -> int:
    """A number of tokens this text is not expected to exceed with any model on offer. Linear, 1 MB in some ms."""
    left = text.encode("utf-8", errors="replace").translate(None, _CONTINUATION)
    fifths = 0
    for characters, weight in _WEIGHTS:
        others = left.translate(None, characters)
        fifths += weight * (len(left) - len(others))
        left = others
    return -(-(fifths + _FIFTHS * len(left)) // _FIFTHS)


def estimate_message(content: str) -> int:
    """The same for one message, the marks around it included."""
    return estimate_tokens(content) + MESSAGE_OVERHEAD_TOKENS


def estimate_messages(messages: Iterable[Mapping[str, str]]) -> int:
    """The same for everything sent: what a price ceiling is computed from."""
    return sum(estimate_message(message["content"]) for message in messages)
