"""What readers do, over HTTP (API.md): the same services as the pages, by noun."""

from ninja import Router

from social.api import answer, report, shelf

router = Router()
for noun in (answer, report, shelf):
    router.add_router("", noun.router)

__all__ = ["router"]
