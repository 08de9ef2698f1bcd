"""The signed, expiring permission in a stream's address, so that watching costs no query and needs no cookie."""

from uuid import UUID

from django.core import signing

from coaching.models import Reply

# Long enough for the longest reply and a laptop lid; the page mints a new one at each load.
PERMIT_SECONDS = 3600
_SIGNER = signing.TimestampSigner(salt="coaching.stream")


def stream_path(reply: Reply) -> str:
    """The address at which whoever holds it may watch this reply for an hour (coaching.stream answers it)."""
    value = _SIGNER.sign(reply.pk.hex)
    return f"/coach/replies/{reply.pk}/stream/?permit={value.partition(':')[2]}"


def permit_opens(reply_id: UUID, permit: str) -> bool:
    """Whether the permit opens this reply now."""
    try:
        _SIGNER.unsign(f"{reply_id.hex}:{permit}", max_age=PERMIT_SECONDS)
    except signing.BadSignature:
        return False
    return True
