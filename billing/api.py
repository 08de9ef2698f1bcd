"""Credits over HTTP (API.md)."""

from datetime import datetime
from uuid import UUID

from ninja import Query, Router
from pydantic import BaseModel

from accounts.api_auth import ApiRequest, reads
from billing.models import Entry
from billing.selectors import wallet_summary
from costory.lib.api import Listed, Paging, Single, refusals

router = Router(tags=["billing"])


class CreditsOut(BaseModel):
    """What somebody has, in micros."""

    balance_micros: int
    held_micros: int
    available_micros: int
    lifetime_spent_micros: int
    currency: str


class EntryOut(BaseModel):
    """A line of the ledger."""

    id: UUID
    kind: str
    amount_micros: int
    balance_after_micros: int
    cause: str
    description: str
    created_at: datetime
    currency: str


@router.get("/credits", response={200: Single[CreditsOut], **refusals(401, 403)}, auth=reads, summary="Your credits")
def credits_detail(request: ApiRequest) -> Single[CreditsOut]:
    """What you have, what is held for replies under way, and what you have spent in all."""
    wallet = wallet_summary(request.auth.user)
    return Single(
        data=CreditsOut(
            balance_micros=wallet.balance_micros,
            held_micros=wallet.held_micros,
            available_micros=wallet.available_micros,
            lifetime_spent_micros=wallet.lifetime_spent_micros,
            currency=wallet.currency,
        )
    )


@router.get("/entries", response={200: Listed[EntryOut], **refusals(401, 403)}, auth=reads, summary="Your ledger")
def entry_list(request: ApiRequest, paging: Query[Paging]) -> Listed[EntryOut]:
    """Every movement of your credits, newest first."""
    entries = Entry.objects.of(request.auth.user).select_related("wallet")
    page = paging.page_of(entries, keys=("-position",))
    return Listed(
        data=[
            EntryOut(
                id=entry.pk,
                kind=entry.kind,
                amount_micros=entry.amount_micros,
                balance_after_micros=entry.balance_after_micros,
                cause=entry.cause,
                description=entry.description,
                created_at=entry.created_at,
                currency=entry.wallet.currency,
            )
            for entry in page.rows
        ],
        meta=page.meta,
    )
