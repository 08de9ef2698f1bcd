"""A story as a picture: beside its address in chats and on social networks (Open Graph), and on an e-reader's shelf."""

from io import BytesIO
from typing import IO, Final
from uuid import UUID

from PIL import Image, ImageOps

from stories.exporting import cover as portrait
from stories.exporting.art import Jacket, beside, jacket
from stories.exporting.lettering import JACKET, PressStumbled, compiled, jacket_input, plain

WIDTH: Final = 1200
HEIGHT: Final = 630
Sizes = tuple[tuple[int, ...], tuple[int, ...]]
SIZES: Final[Sizes] = ((112, 100, 90, 80, 72, 64, 56, 48, 42, 36, 30, 24), (40, 36, 32, 28, 24))
DIVIDED_FROM: Final = 56
COLOURS: Final = 128
# A cover of the author's own: at most so large, and so far from the edge.
COVER: Final = (470, 534)
SIDE: Final = 48
# The drawn cover at half its size.
PORTRAIT: Final = (portrait.WIDTH // 2, portrait.HEIGHT // 2)
COVER_SIZES: Final[Sizes] = (
    tuple(size // 2 for size in portrait.SIZES),
    tuple(size // 2 for size in portrait.AUTHOR_SIZES),
)
_PAGE: Final = JACKET + "#jacket(json(bytes(sys.inputs.it)))"


def open_graph_png(*, title: str, author: str, seed: UUID | str) -> bytes:
    """A PNG of 1200 by 630, in the dress of the story's drawn cover: some 60 ms, at most about 40 kB.

    Letters that no font of this machine has are left out; the drawing is always there.
    """
    with _lettered(title, author, jacket(seed, width=WIDTH, height=HEIGHT)) as drawn:
        return _small(drawn)


def open_graph_jpeg(*, title: str, author: str, seed: UUID | str, cover: IO[bytes]) -> bytes:
    """The same for a story with a cover of its own, which stands beside the words: a JPEG, for it may be a photograph.

    Raises OSError where the file holds no picture.
    """
    with Image.open(cover) as opened:
        opened.draft("RGB", COVER)
        picture = ImageOps.exif_transpose(opened).convert("RGBA")
    picture.thumbnail(COVER)
    margin = (HEIGHT - picture.height) // 2
    ground = beside(seed, width=WIDTH, height=HEIGHT, taken=picture.width)
    with _lettered(title, author, ground) as drawn:
        drawn.paste(picture, (WIDTH - SIDE - picture.width, margin), picture)
        kept = BytesIO()
        drawn.save(kept, "JPEG", quality=82, optimize=True)
    return kept.getvalue()


def cover_png(*, title: str, author: str, seed: UUID | str) -> bytes:
    """The drawn cover as a PNG of 600 by 900, for e-readers that show no SVG."""
    with _lettered(title, author, jacket(seed, width=PORTRAIT[0], height=PORTRAIT[1]), COVER_SIZES) as drawn:
        return _small(drawn)


def _small(drawn: Image.Image) -> bytes:
    # Five colours and the edges between them: a palette takes a third of the room and is not seen.
    small = drawn.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    kept = BytesIO()
    small.save(kept, "PNG")
    return kept.getvalue()


def _lettered(title: str, author: str, ground: Jacket, sizes: Sizes = SIZES) -> Image.Image:
    try:
        page = _page(title, author, ground, sizes)
    except PressStumbled:
        page = _page(plain(title), plain(author), ground, sizes)
    with Image.open(BytesIO(page)) as drawn:
        return drawn.convert("RGB")


def _page(title: str, author: str, ground: Jacket, sizes: Sizes) -> bytes:
    divided = DIVIDED_FROM if sizes is SIZES else portrait.DIVIDED_FROM // 2
    it = jacket_input(title=title, author=author, drawn=ground, sizes=sizes, divided=divided)
    return compiled(_PAGE, it)
