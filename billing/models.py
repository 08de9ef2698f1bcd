"""What it costs. All amounts are integer micros of the wallet's currency (1 € = 1,000,000)."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class WalletQuerySet(models.QuerySet["Wallet"]):
    def of(self, user: "User") -> "WalletQuerySet":
        """The wallet of one person."""
        return self.filter(user=user)


class Wallet(models.Model):
    """A person's credits. `balance_micros` is the sum of the entries, `held_micros` that of the open holds.

    The columns are moved only by billing.services, in the statement that checks them. `is_frozen` is set by a
    chargeback, the one thing that may leave a wallet below zero: a frozen wallet opens no hold.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A ledger outlives its owner: after erasure the rows stay, without an identity.
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="wallet"
    )
    currency = models.CharField(_("currency"), max_length=3)
    balance_micros = models.BigIntegerField(_("balance"), default=0)
    held_micros = models.BigIntegerField(_("held"), default=0)
    lifetime_spent_micros = models.BigIntegerField(_("spent in all"), default=0)
    entry_count = models.PositiveIntegerField(default=0)
    is_frozen = models.BooleanField(_("frozen"), default=False)
    # What its owner allows the coach in a calendar month; null is no limit.
    monthly_budget_micros = models.BigIntegerField(_("monthly budget"), null=True, blank=True)
    # What was charged in the calendar month (UTC, "2026-11") that `month` names: moved with the charge itself, because
    # a budget is kept in the statement that opens a hold, on the row it has locked.
    month = models.CharField(max_length=7, blank=True, default="", db_default="", editable=False)
    month_spent_micros = models.BigIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = WalletQuerySet.as_manager()

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [
            models.CheckConstraint(condition=Q(held_micros__gte=0), name="wallet_held_not_negative"),
            models.CheckConstraint(
                condition=Q(held_micros__lte=F("balance_micros")) | Q(is_frozen=True), name="wallet_never_overdrawn"
            ),
            models.CheckConstraint(
                condition=Q(monthly_budget_micros=None) | Q(monthly_budget_micros__gte=0),
                name="wallet_budget_not_negative",
            ),
            models.CheckConstraint(condition=Q(lifetime_spent_micros__gte=0), name="wallet_spent_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def spent_in(self, month: str) -> int:
        """What was charged in this month ("2026-11")."""
        return self.month_spent_micros if self.month == month else 0

    @property
    def available_micros(self) -> int:
        """What can be held now: the balance less what is held, and nothing while frozen or overdrawn."""
        return 0 if self.is_frozen else max(0, self.balance_micros - self.held_micros)


class EntryKind(models.TextChoices):
    PURCHASE = "purchase", _("Purchase")
    BONUS = "bonus", _("Bonus")
    GRANT = "grant", _("Gift")
    CHARGE = "charge", _("Coach")
    REFUND = "refund", _("Refund")
    CHARGEBACK = "chargeback", _("Chargeback")
    ADJUSTMENT = "adjustment", _("Adjustment")


CREDITS = (EntryKind.PURCHASE, EntryKind.BONUS, EntryKind.GRANT)
DEBITS = (EntryKind.CHARGE, EntryKind.CHARGEBACK)


class EntryQuerySet(models.QuerySet["Entry"]):
    def of(self, user: "User") -> "EntryQuerySet":
        """The ledger of one person, newest first."""
        return self.filter(wallet__user=user).order_by("-position")


class Entry(models.Model):
    """A line of the ledger. Append-only by a database trigger (0002); unique (kind, cause) makes a repeat impossible.

    A refund is positive when a charge is given back to the writer's wallet, and negative when money goes back to the
    writer's card. `position` counts the wallet's lines from 1 without a gap.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind)
    amount_micros = models.BigIntegerField(_("amount"))
    balance_after_micros = models.BigIntegerField(_("balance after"))
    cause = models.CharField(_("cause"), max_length=120)
    description = models.CharField(_("description"), max_length=200, blank=True)
    # What a charge was computed with: the provider's cost, the rate and the markup of that moment.
    provider_cost_usd = models.DecimalField(max_digits=18, decimal_places=12, null=True, blank=True)
    usd_to_wallet = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    markup = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["wallet", "-position"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "cause"], name="entry_cause_unique"),
            models.UniqueConstraint(fields=["wallet", "position"], name="entry_position_unique"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_known"),
            models.CheckConstraint(condition=~Q(amount_micros=0), name="entry_amount_not_zero"),
            models.CheckConstraint(condition=~Q(cause=""), name="entry_has_a_cause"),
            models.CheckConstraint(
                condition=(Q(kind__in=[str(k) for k in CREDITS], amount_micros__gt=0))
                | (Q(kind__in=[str(k) for k in DEBITS], amount_micros__lt=0))
                | Q(kind__in=["refund", "adjustment"]),
                name="entry_sign_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_micros} ({self.cause})"


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> "HoldQuerySet":
        """Holds that still keep credits back."""
        return self.filter(closed_at=None)


class Hold(models.Model):
    """Credits kept back for work that is under way. Opened once, closed once, by settling or by releasing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="holds")
    amount_micros = models.BigIntegerField(_("amount"))
    cause = models.CharField(_("cause"), max_length=120, unique=True)
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    settled_micros = models.BigIntegerField(_("settled"), null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(condition=Q(amount_micros__gt=0), name="hold_amount_positive"),
            models.CheckConstraint(
                condition=Q(closed_at=None, settled_micros=None)
                | Q(closed_at__isnull=False, settled_micros__gte=0, settled_micros__lte=F("amount_micros")),
                name="hold_settled_within_amount",
            ),
            models.CheckConstraint(condition=~Q(cause=""), name="hold_has_a_cause"),
        ]
        indexes = [models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="hold_open_by_age")]

    def __str__(self) -> str:
        return f"{self.amount_micros} ({self.cause})"


class SignupGrant(models.Model):
    """That an address had its sign-up grant. The address is kept only as a keyed hash of its normal form.

    The row stays when the person is erased, so that the same address does not get a second one.
    """

    address_digest = models.CharField(max_length=64, primary_key=True)
    wallet = models.ForeignKey(Wallet, on_delete=models.SET_NULL, null=True, related_name="+")
    amount_micros = models.BigIntegerField()
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("sign-up grant")
        verbose_name_plural = _("sign-up grants")
        indexes = [models.Index(fields=["granted_at"], name="signup_grant_by_day")]

    def __str__(self) -> str:
        return self.address_digest[:12]


class SignupGrantDay(models.Model):
    """What sign-up grants have cost the house on one day (UTC). Its row is the lock under which the cap is kept."""

    day = models.DateField(primary_key=True)
    granted_micros = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("day of sign-up grants")
        verbose_name_plural = _("days of sign-up grants")
        constraints = [
            models.CheckConstraint(condition=Q(granted_micros__gte=0), name="signup_grant_day_not_negative"),
        ]

    def __str__(self) -> str:
        return self.day.isoformat()
