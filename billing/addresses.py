"""When two e-mail addresses are one person's, and which belong to nobody."""

from collections.abc import Iterator

from disposable_email_domains import blocklist
from django.conf import settings
from django.utils.crypto import salted_hmac

SAME_DOMAIN = {"googlemail.com": "gmail.com"}
SALT = "billing.signup_grant"


def normalised(address: str) -> str:
    """The form in which all spellings of one mailbox are the same: small letters, no plus tag, no dots.

    Dots are dropped whatever the domain. Google's mail ignores them, and so do others that do not say so; on one's own
    domain every spelling is one's own. That Jean.Dupont and JeanDupont of one provider are two people and both come to
    us costs the second a gift that an operator can still make; the other mistake costs a gift for every dot.
    """
    local, _, domain = address.strip().casefold().rpartition("@")
    domain = _ascii(domain)
    untagged = local.partition("+")[0].replace(".", "")
    # A local part of nothing but dots and a tag stays what it is, or all such would be one.
    return f"{untagged or local}@{SAME_DOMAIN.get(domain, domain)}"


def is_disposable(address: str) -> bool:
    """Whether the address is at a throw-away service, by its domain or any domain above it."""
    labels = _ascii(address.strip().casefold().rpartition("@")[2]).split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels)))


def digest(address: str) -> str:
    """A keyed hash of the normal form: the same for every spelling, and no way back to the address without the key."""
    return _keyed(address, settings.SECRET_KEY)


def digests(address: str) -> Iterator[str]:
    """The digest under the present key and under each retired one that SECRET_KEY_FALLBACKS still names.

    A key that leaves that list is forgotten, and with it who had a grant under it: keep it there.
    """
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield _keyed(address, key)


def _keyed(address: str, key: str | bytes) -> str:
    return salted_hmac(SALT, normalised(address), secret=key, algorithm="sha256").hexdigest()


def _ascii(domain: str) -> str:
    """A domain as DNS knows it; one that cannot be encoded stays as it is and matches nothing."""
    domain = domain.rstrip(".")
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
