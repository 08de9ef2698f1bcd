"""What a drawn jacket looks like: a small family of layouts and palettes, out of which a story's own id chooses.

A shelf of stories without covers of their own shall look like a shelf, not like a form; and a story keeps its face, on
its page, in a feed, in a chat's preview and in its books. Nothing here knows letters: `cover` sets them into an SVG,
`card` and the PDF's press set them with real fonts, all into the same boxes.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from uuid import UUID


@dataclass(frozen=True)
class Palette:
    """Cloth, the letters on it, and two colours for what is drawn. A label has the letters' colour, its words the
    cloth's: one pair to read, at least 7:1 (WCAG's AAA), whichever is on top."""

    cloth: str
    letters: str
    bright: str
    deep: str


PALETTES: Final = (
    Palette("#1d4d40", "#f6f1e3", "#d2a959", "#2f6b58"),  # bottle green, brass
    Palette("#5f1a26", "#f8ede1", "#dd9b6c", "#7d2c38"),  # oxblood, apricot
    Palette("#1b2a4b", "#f2eee2", "#e0b95f", "#33477a"),  # night, straw
    Palette("#432650", "#f6edf1", "#e39aa8", "#634274"),  # aubergine, rose
    Palette("#26363d", "#f2f1e9", "#8fbda0", "#415862"),  # slate, lichen
    Palette("#6f2c14", "#fcf2e7", "#f3b47c", "#8f452a"),  # brick, sand
    Palette("#f2e8d2", "#2b2833", "#bf4e32", "#dccba6"),  # cream, vermilion
    Palette("#dbe6e5", "#17303c", "#2f7c8c", "#b7cfce"),  # sea mist, petrol
    Palette("#e5b44c", "#2a1d11", "#8e2c1c", "#cf9830"),  # ochre, rust
)


@dataclass(frozen=True)
class Box:
    """Where words stand, and from which side they are set: "centre" or "start"."""

    x: float
    y: float
    width: float
    height: float
    align: str = "centre"


@dataclass(frozen=True)
class Jacket:
    """A drawing of a size, and the boxes and the colour of the words on it."""

    width: int
    height: int
    drawing: str
    letters: str
    title: Box
    author: Box


@dataclass(frozen=True)
class _Sheet:
    """What a layout draws on. `unit` is a 1200th of the shorter side; `turn` is the digest's say in the details."""

    width: int
    height: int
    palette: Palette
    turn: int

    @property
    def unit(self) -> float:
        return min(self.width, self.height) / 1200

    @property
    def is_wide(self) -> bool:
        return self.width > self.height


def jacket(seed: UUID | str, *, width: int, height: int) -> Jacket:
    """The jacket that belongs to a seed. The same for ever: a change of these choices is a change of every cover."""
    sheet, layout = _chosen(seed, width=width, height=height)
    return LAYOUTS[layout % len(LAYOUTS)](sheet)


def cloth_of(seed: UUID | str) -> str:
    """The colour that stands around what belongs to a seed."""
    return _chosen(seed, width=1, height=1)[0].palette.cloth


def beside(seed: UUID | str, *, width: int, height: int, taken: float) -> Jacket:
    """Plain cloth with the words on its left, where a picture takes so much of the right."""
    sheet, _ = _chosen(seed, width=width, height=height)
    side = width * 0.07
    room = width - taken - 2 * side
    rule = f'<path fill="{sheet.palette.bright}" d="M{_n(side)} {_n(height * 0.76)}h{_n(width * 0.06)}v4H{_n(side)}z"/>'
    return Jacket(
        width,
        height,
        _cloth(sheet) + rule,
        sheet.palette.letters,
        Box(side, height * 0.14, room, height * 0.56, "start"),
        Box(side, height * 0.82, room, height * 0.07, "start"),
    )


def _chosen(seed: UUID | str, *, width: int, height: int) -> tuple[_Sheet, int]:
    first, second, third = blake2b(str(seed).encode("utf-8", "replace"), digest_size=3).digest()
    return _Sheet(width=width, height=height, palette=PALETTES[first % len(PALETTES)], turn=third), second


def _frame(sheet: _Sheet) -> Jacket:
    """Cloth with two gilt lines and an ornament, as bindings had it."""
    width, height, unit, palette = sheet.width, sheet.height, sheet.unit, sheet.palette
    outer, inner = 60 * unit, 80 * unit
    drawing = (
        _cloth(sheet)
        + _outline(outer, outer, width - 2 * outer, height - 2 * outer, palette.bright, 5 * unit)
        + _outline(inner, inner, width - 2 * inner, height - 2 * inner, palette.bright, 1.5 * unit)
        + _ornament(sheet, width / 2, height * (0.71 if not sheet.is_wide else 0.7), 58 * unit)
    )
    side = width * 0.13
    return Jacket(
        width,
        height,
        drawing,
        palette.letters,
        Box(side, height * 0.14, width - 2 * side, height * 0.48),
        Box(side, height * 0.78, width - 2 * side, height * 0.1),
    )


def _label(sheet: _Sheet) -> Jacket:
    """A printed paper over the boards, and a label with the words."""
    width, height, unit, palette = sheet.width, sheet.height, sheet.unit, sheet.palette
    x, y = width * (0.1 if not sheet.is_wide else 0.14), height * (0.16 if not sheet.is_wide else 0.14)
    wide, high = width - 2 * x, height * (0.46 if not sheet.is_wide else 0.72)
    gap = 18 * unit
    drawing = (
        _cloth(sheet)
        + _paper(sheet)
        + f'<path fill="{palette.letters}" d="M{_n(x)} {_n(y)}h{_n(wide)}v{_n(high)}h{_n(-wide)}z"/>'
        + _outline(x + gap, y + gap, wide - 2 * gap, high - 2 * gap, palette.cloth, 3 * unit)
    )
    inside = 60 * unit
    return Jacket(
        width,
        height,
        drawing,
        palette.cloth,
        Box(x + inside, y + inside, wide - 2 * inside, high * 0.66),
        Box(x + inside, y + high * 0.8, wide - 2 * inside, high * 0.1),
    )


def _horizon(sheet: _Sheet) -> Jacket:
    """A sun or a moon over hills, under a quiet sky."""
    width, height, palette = sheet.width, sheet.height, sheet.palette
    places = (0.28, 0.72, 0.5, 0.8) if not sheet.is_wide else (0.84, 0.78, 0.88, 0.8)
    across = width * places[sheet.turn % 4]
    ridge = height * (0.7 if not sheet.is_wide else 0.74)
    size = height * (0.1 if not sheet.is_wide else 0.17)
    disc = f'<circle cx="{_n(across)}" cy="{_n(ridge - size * 0.55)}" r="{_n(size)}" fill="{palette.bright}"/>'
    if sheet.turn % 3 == 0:
        # A crescent: the cloth's own colour over it.
        shift = size * 0.42
        disc += (
            f'<circle cx="{_n(across + shift)}" cy="{_n(ridge - size * 0.85)}" r="{_n(size * 0.86)}" '
            f'fill="{palette.cloth}"/>'
        )
    swing = height * 0.03 * (1 if sheet.turn % 2 else -1)
    drawing = (
        _cloth(sheet)
        + disc
        + _hill(sheet, ridge, swing, _mix(palette.deep, palette.cloth, 0.4))
        + _hill(sheet, ridge + height * 0.1, -swing * 1.2, palette.deep)
        + _hill(sheet, ridge + height * 0.19, swing, _mix(palette.cloth, "#000000", 0.35))
    )
    side = width * (0.1 if not sheet.is_wide else 0.07)
    across_words = width - 2 * side if not sheet.is_wide else width * 0.62
    return Jacket(
        width,
        height,
        drawing,
        palette.letters,
        Box(side, height * (0.15 if not sheet.is_wide else 0.2), across_words, height * 0.37, "start"),
        Box(side, height * (0.075 if not sheet.is_wide else 0.09), across_words, height * 0.06, "start"),
    )


def _rings(sheet: _Sheet) -> Jacket:
    """Rings that spread from below, as from a stone in water or a lamp."""
    width, height, palette = sheet.width, sheet.height, sheet.palette
    if sheet.is_wide:
        middle, foot, reach = width * (0.88, 1.0)[sheet.turn % 2], height * (1.0, 0.86)[sheet.turn // 2 % 2], 0.72
    else:
        middle, foot, reach = width * (0.5, 0.0, 1.0)[sheet.turn % 3], height, 0.42
    count = 5 + sheet.turn % 3
    rings = "".join(
        f'<circle cx="{_n(middle)}" cy="{_n(foot)}" r="{_n(height * reach * (count - number) / count)}" '
        f'fill="{(palette.deep, palette.bright)[number % 2] if number < count - 1 else palette.letters}"/>'
        for number in range(count)
    )
    side = width * (0.1 if not sheet.is_wide else 0.07)
    across_words = width - 2 * side if not sheet.is_wide else width * 0.5
    align = "centre" if middle == width / 2 else "start"
    return Jacket(
        width,
        height,
        _cloth(sheet) + rings,
        palette.letters,
        Box(side, height * 0.1, across_words, height * (0.34 if not sheet.is_wide else 0.55), align),
        Box(side, height * (0.47 if not sheet.is_wide else 0.78), across_words, height * 0.07, align),
    )


def _band(sheet: _Sheet) -> Jacket:
    """Stripes, and a band of paper around the middle."""
    width, height, unit, palette = sheet.width, sheet.height, sheet.unit, sheet.palette
    top, high = height * (0.24 if not sheet.is_wide else 0.18), height * (0.4 if not sheet.is_wide else 0.64)
    step = (48, 72, 96)[sheet.turn % 3] * unit
    edge = 14 * unit
    drawing = (
        _cloth(sheet)
        + _tiled(
            sheet, step, step, f'<path stroke="{palette.deep}" stroke-width="{_n(step / 3)}" d="M{_n(step / 2)} 0v99"/>'
        )
        + f'<path fill="{palette.letters}" d="M0 {_n(top)}h{width}v{_n(high)}h-{width}z"/>'
        + "".join(
            f'<path stroke="{palette.bright}" stroke-width="{_n(edge)}" d="M0 {_n(y)}h{width}"/>'
            for y in (top - edge / 2, top + high + edge / 2)
        )
    )
    side = width * 0.1
    return Jacket(
        width,
        height,
        drawing,
        palette.cloth,
        Box(side, top + high * 0.08, width - 2 * side, high * 0.64),
        Box(side, top + high * 0.78, width - 2 * side, high * 0.12),
    )


LAYOUTS: Final[tuple[Callable[[_Sheet], Jacket], ...]] = (_frame, _label, _horizon, _rings, _band)


def _cloth(sheet: _Sheet) -> str:
    return f'<path fill="{sheet.palette.cloth}" d="M0 0h{sheet.width}v{sheet.height}H0z"/>'


def _outline(x: float, y: float, width: float, height: float, colour: str, thickness: float) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="none" '
        f'stroke="{colour}" stroke-width="{_n(thickness)}"/>'
    )


def _ornament(sheet: _Sheet, x: float, y: float, size: float) -> str:
    """A lozenge, a star, a leaf's rosette or rings, between two short lines."""
    colour, thick = sheet.palette.bright, sheet.unit * 4
    kind = sheet.turn % 4
    if kind == 0:
        shape = f'<path d="{_polygon(_points(4, size, size))}"/><path d="{_polygon(_points(4, size / 2, size / 2))}"/>'
    elif kind == 1:
        shape = f'<path fill="{colour}" d="{_polygon(_points(16, size, size * 0.42))}"/>'
    elif kind == 2:
        petal = f"M0 0Q{_n(size * 0.5)} {_n(-size * 0.5)} 0 {_n(-size)}Q{_n(-size * 0.5)} {_n(-size * 0.5)} 0 0"
        shape = "".join(f'<path fill="{colour}" transform="rotate({turn})" d="{petal}"/>' for turn in range(0, 360, 45))
    else:
        shape = "".join(f'<circle r="{_n(size * share)}"/>' for share in (1, 0.66, 0.3))
    reach = size * 2.4
    lines = f"M{_n(-reach)} 0h{_n(size)}M{_n(reach - size)} 0h{_n(size)}"
    return (
        f'<g transform="translate({_n(x)} {_n(y)})" fill="none" stroke="{colour}" stroke-width="{_n(thick)}">'
        f'{shape}<path d="{lines}"/></g>'
    )


def _paper(sheet: _Sheet) -> str:
    """One of four printed papers."""
    bright, deep = sheet.palette.bright, sheet.palette.deep
    step = 100 * sheet.unit
    half, quarter = step / 2, step / 4
    kind = sheet.turn % 4
    if kind == 0:
        # Scales: rows of arcs, every second row half a step along.
        arcs = "".join(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(half * share)}" fill="{fill}" stroke="{bright}"/>'
            for y, xs in ((0, (half,)), (half / 2, (0, step)), (half, (half,)), (half * 1.5, (0, step)))
            for x in xs
            for share, fill in ((1, sheet.palette.cloth), (0.6, deep))
        )
        return _tiled(sheet, step, half, f'<g stroke-width="{_n(4 * sheet.unit)}">{arcs}</g>')
    if kind == 1:
        # Leaves, one way and the other.
        leaf = f"M0 {_n(half)}Q0 0 {_n(half)} 0Q{_n(half)} {_n(half)} 0 {_n(half)}z"
        turned = f'<path fill="{bright}" transform="translate({_n(step)} {_n(half)})scale(-1 1)" d="{leaf}"/>'
        return _tiled(sheet, step, step, f'<path fill="{deep}" d="{leaf}"/>{turned}')
    if kind == 2:
        # A zigzag.
        zig = f"M{_n(-quarter)} {_n(quarter)}L{_n(half)} {_n(step * 0.8)} {_n(step + quarter)} {_n(quarter)}"
        lines = "".join(
            f'<path stroke="{colour}" d="{zig}" transform="translate(0 {_n(shift)})"/>'
            for shift, colour in ((-half, bright), (half, bright), (0, deep), (-step, deep), (step, deep))
        )
        return _tiled(sheet, step, step, f'<g fill="none" stroke-width="{_n(16 * sheet.unit)}">{lines}</g>')
    # Sprigs of dots.
    dots = "".join(
        f'<circle cx="{_n(x * step)}" cy="{_n(y * step)}" r="{_n(r * step)}" fill="{fill}"/>'
        for x, y, r, fill in (
            (0.25, 0.25, 0.12, bright),
            (0.75, 0.75, 0.12, bright),
            (0.75, 0.25, 0.05, deep),
            (0.25, 0.75, 0.05, deep),
        )
    )
    return _tiled(sheet, step, step, dots)


def _tiled(sheet: _Sheet, width: float, height: float, tile: str) -> str:
    return (
        f'<pattern id="p" width="{_n(width)}" height="{_n(height)}" patternUnits="userSpaceOnUse">{tile}</pattern>'
        f'<path fill="url(#p)" d="M0 0h{sheet.width}v{sheet.height}H0z"/>'
    )


def _hill(sheet: _Sheet, ridge: float, swing: float, colour: str) -> str:
    width, height = sheet.width, sheet.height
    return (
        f'<path fill="{colour}" d="M0 {_n(ridge)}C{_n(width * 0.3)} {_n(ridge - 2 * swing)} '
        f'{_n(width * 0.65)} {_n(ridge + 2 * swing)} {width} {_n(ridge - swing)}V{height}H0z"/>'
    )


def _points(count: int, outer: float, inner: float) -> Iterable[tuple[float, float]]:
    for number in range(count):
        angle, reach = 2 * math.pi * number / count, inner if number % 2 else outer
        yield reach * math.sin(angle), -reach * math.cos(angle)


def _polygon(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + "z"


def _mix(one: str, other: str, share: float) -> str:
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def _n(value: float) -> str:
    """A number as short as it can be said."""
    return f"{round(value, 1):g}"
