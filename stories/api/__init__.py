"""Stories over HTTP (API.md): the same services as the pages, by noun.

docs/api.md says which page is which operation.
"""

from ninja import Router

from stories.api import (
    asked,
    chapter,
    codex,
    codex_fact,
    find,
    manuscript,
    note,
    outline,
    photograph,
    publishing,
    revision,
    story,
    studio,
)

router = Router()
for noun in (
    story,
    chapter,
    revision,
    studio,
    find,
    outline,
    asked,
    photograph,
    note,
    codex,
    codex_fact,
    manuscript,
    publishing,
):
    router.add_router("", noun.router)

__all__ = ["router"]
