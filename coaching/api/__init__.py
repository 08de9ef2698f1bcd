"""The coach over HTTP (API.md), by noun."""

from ninja import Router

from coaching.api.continuity import router as continuity_router
from coaching.api.memory import router as memory_router
from coaching.api.passage import router as passage_router
from coaching.api.shelf import router as session_router
from coaching.api.structure import router as structure_router
from coaching.api.work import router as work_router

router = Router()
router.add_router("", session_router)
router.add_router("", work_router)
router.add_router("", memory_router)
router.add_router("", passage_router)
router.add_router("", continuity_router)
router.add_router("", structure_router)

__all__ = ["router"]
