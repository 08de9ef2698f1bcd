"""The picture of a story that stands beside its address in chats and on social networks (Open Graph)."""

from io import BytesIO
from typing import Final
from uuid import UUID

from PIL import Image

from stories.exporting.lettering import JACKET, compiled, jacket_input

WIDTH: Final = 1200
HEIGHT: Final = 630
SIZES: Final = ((112, 100, 90, 80, 72, 64, 56, 48, 42, 36, 30, 24), (40, 36, 32, 28, 24))
DIVIDED_FROM: Final = 56
COLOURS: Final = 128
_PAGE: Final = JACKET + "#jacket(json(bytes(sys.inputs.it)))"


def open_graph_png(*, title: str, author: str, seed: UUID | str) -> bytes:
    """A PNG of 1200 by 630, in the dress of the story's drawn cover: some 60 ms, at most about 40 kB.

    Letters that no font of this machine has are left out; the drawing is always there.
    """
    it = jacket_input(
        title=title, author=author, seed=seed, width=WIDTH, height=HEIGHT, sizes=SIZES, divided=DIVIDED_FROM
    )
    with Image.open(BytesIO(compiled(_PAGE, it, kind="png"))) as drawn:
        # Five colours and the edges between them: a palette takes a third of the room and is not seen.
        small = drawn.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    kept = BytesIO()
    small.save(kept, "PNG")
    return kept.getvalue()
