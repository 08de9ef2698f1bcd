"""Covers and previews that are drawn: each story its own, every title on it, and nothing in it that acts."""

import io
import string
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from stories.exporting import cover_svg, open_graph_jpeg, open_graph_png
from stories.exporting.art import PALETTES, jacket
from stories.exporting.lettering import drawable
from tests.attacks import ATTACKS

SEEDS = [UUID(int=number) for number in range(60)]
TITLES = [
    *("", "A", "a " * 100, "漢" * 200, "👩‍👩‍👧‍👦" * 28, "Donaudampfschifffahrtsgesellschaft" * 5, "W" * 200, "&" * 200),
    *(
        "L’été d’Éléna – où vas-tu ?",
        "שלום עולם",
        "مرحبا بالعالم",
        "e\u0301" * 100,
        "\u202ereversed",
        "\x00\x08\ufffe\ud800",
    ),
]


def drawn(title="A title", author="Somebody", seed=SEEDS[0]):
    text = cover_svg(title=title, author=author, language="en", seed=seed)
    return text, ET.fromstring(text)  # noqa: S314 - our own drawing, and being strict is the point


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.cloth)
def test_words_can_be_read_on_every_cloth(palette):
    low, high = sorted((luminance(palette.cloth), luminance(palette.letters)))

    assert (high + 0.05) / (low + 0.05) >= 7


def test_a_shelf_is_varied_and_each_story_keeps_its_face():
    covers = {cover_svg(title="Same", author="Same", language="en", seed=seed) for seed in SEEDS}

    assert len(covers) > 40
    assert {cover.partition('fill="')[2][:7] for cover in covers} == {palette.cloth for palette in PALETTES}
    assert drawn(seed=str(SEEDS[7]))[0] == drawn(seed=SEEDS[7])[0]
    assert drawn(seed=SEEDS[7], title="Renamed")[0].count("#") == drawn(seed=SEEDS[7])[0].count("#")


@pytest.mark.parametrize("title", [*TITLES, *ATTACKS])
def test_any_title_becomes_a_small_picture_that_does_nothing(title):
    for seed in SEEDS[:: len(SEEDS) // 12]:
        text, tree = drawn(title=title, author=title[:120], seed=seed)

        # Two hundred letters of four or five bytes, twice, are more than any title has.
        assert len(text.encode()) < (5000 if title in TITLES else 3000)
        for element in tree.iter():
            assert element.tag.rpartition("}")[2] in {
                *("svg", "title", "g", "text", "tspan", "path", "rect", "circle", "pattern")
            }
            assert not any(name.lower().startswith("on") or "href" in name for name in element.attrib)
            assert element.get("fill", "#").startswith(("#", "url(#p)", "none"))


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_a_long_title_stays_in_its_box(seed):
    box = jacket(seed, width=1200, height=1800).title
    for title in filter(None, TITLES):
        _, tree = drawn(title=title, author="", seed=seed)
        places = [int(line.get("y", 0)) for line in tree.iter() if line.tag.endswith("tspan")]
        assert all(box.y < place < box.y + box.height + 20 for place in places)


def test_french_punctuation_does_not_begin_a_line():
    for seed in SEEDS:
        _, tree = drawn(title="Mais où vas-tu donc, petite sœur ? – « Je ne sais pas ! »", seed=seed)
        lines = [line.text or "" for line in tree.iter() if line.tag.endswith("tspan")]
        assert not any(line.startswith(tuple("?!»–")) or line.endswith("«") for line in lines)


# --- The preview -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", [*TITLES, *ATTACKS[::9]])
def test_a_preview_is_a_small_png_whatever_the_title(title):
    data = open_graph_png(title=title, author=title[:120], seed=SEEDS[3])

    assert len(data) < 80_000
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        picture.load()


def test_every_layout_has_a_preview_with_its_words_on_it():
    for seed in SEEDS[:12]:
        data, bare = (open_graph_png(title=title, author="", seed=seed) for title in ("L’été", ""))
        assert data != bare
        assert len(data) < 80_000


@pytest.mark.parametrize("size", [(400, 700), (3000, 40), (30, 30), (1, 900)])
def test_a_cover_of_the_authors_own_stands_beside_the_words(size):
    cover = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(cover, "PNG")

    data = open_graph_jpeg(title="L’été", author="Ada", seed=SEEDS[0], cover=cover)
    assert len(data) < 160_000
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1200, 630))


def test_what_no_font_can_draw_is_left_out_and_the_rest_stands():
    french = "« L’été d’Éléna – où vas-tu ? » ŒuvreÆÿ"
    assert drawable(french) == french
    assert drawable("Tea 🫠\ufe0f\u202e\U000f0000 & Rain") in {"Tea & Rain", "Tea 🫠 & Rain"}
    assert drawable("\U000f0000") == ""


@hypothesis_settings(max_examples=10, deadline=None)
@given(st.text(max_size=60), st.text(alphabet=string.printable, max_size=200))
def test_no_text_stops_the_press(author, title):
    assert open_graph_png(title=title, author=author, seed=title).startswith(b"\x89PNG")
