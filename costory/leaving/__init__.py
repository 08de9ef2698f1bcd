"""How somebody takes along what is theirs, and how they go: over every app, so above them all."""

from costory.leaving.erasure import (
    StaffStays,
    ask_for_erasure,
    erase_person,
    keep_account,
    purge_erased,
)

__all__ = ["StaffStays", "ask_for_erasure", "erase_person", "keep_account", "purge_erased"]
