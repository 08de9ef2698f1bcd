"""Stories over HTTP (API.md): the same services as the pages, by noun."""

from ninja import Router

from stories.api.beside import router as beside_router
from stories.api.chapter import router as chapter_router
from stories.api.revision import router as revision_router
from stories.api.story import router as story_router
from stories.api.studio import router as studio_router

router = Router()
for each in (story_router, chapter_router, revision_router, studio_router, beside_router):
    router.add_router("", each)

__all__ = ["router"]
