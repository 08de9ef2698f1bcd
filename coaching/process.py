"""Which engine this process has: known to those who call it and to the one who starts it, and importing neither."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coaching.engine.engine import Engine

_current: "Engine | None" = None


def current() -> "Engine | None":
    """The engine of this process, or None where no server runs."""
    return _current


def install(engine: "Engine | None") -> None:
    """Make `engine` the one of this process, or take it away."""
    global _current
    _current = engine
