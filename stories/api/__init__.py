"""Stories over HTTP (API.md): the same services as the pages, by noun."""

from ninja import Router

from stories.api.beside import router as beside_router
from stories.api.story import router as story_router
from stories.api.studio import router as studio_router

router = Router()
router.add_router("", story_router)
router.add_router("", studio_router)
router.add_router("", beside_router)

__all__ = ["router"]
