"""The coach over HTTP (API.md), by noun."""

from ninja import Router

from coaching.api.session import router as session_router

router = Router()
router.add_router("", session_router)

__all__ = ["router"]
