"""Whatever order movements come in, the ledger is what a page of arithmetic says it is."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from billing import services
from billing.models import Entry, Hold, Wallet
from billing.reconciliation import discrepancies
from tests.factories import create_user

amounts = st.integers(min_value=1, max_value=10_000)


class LedgerMachine(RuleBasedStateMachine):
    """One wallet, and beside it the sums it must come to."""

    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.user = create_user()
        self.wallet_pk = services.open_wallet(user=self.user).pk
        self.balance = self.spent = self.lines = self.causes = 0
        self.is_frozen = False
        self.open: dict[Hold, int] = {}

    def new_cause(self) -> str:
        self.causes += 1
        return f"machine:{self.user.pk}-{self.causes}"

    @property
    def available(self) -> int:
        return self.balance - sum(self.open.values())

    @rule(amount=amounts)
    def grant(self, amount: int) -> None:
        cause = self.new_cause()
        for _ in range(2):
            entry = services.grant_credits(user=self.user, amount_micros=amount, reason="", cause=cause)
        self.balance += amount
        self.lines += 1
        assert (entry.position, entry.balance_after_micros) == (self.lines, self.balance)

    @rule(amount=amounts)
    def withdraw(self, amount: int) -> None:
        try:
            services.grant_credits(user=self.user, amount_micros=-amount, reason="", cause=self.new_cause())
        except services.InsufficientCredits:
            assert amount > self.available
        else:
            assert amount <= self.available
            self.balance -= amount
            self.lines += 1

    @rule(is_frozen=st.booleans())
    def freeze(self, is_frozen: bool) -> None:
        Wallet.objects.filter(pk=self.wallet_pk).update(is_frozen=is_frozen)
        self.is_frozen = is_frozen

    @rule(target=holds, amount=amounts)
    def hold(self, amount: int) -> Hold | None:
        try:
            hold = services.open_hold(user=self.user, amount_micros=amount, cause=self.new_cause())
        except services.InsufficientCredits:
            assert self.is_frozen or amount > self.available
            return None
        assert not self.is_frozen
        assert amount <= self.available
        self.open[hold] = amount
        return hold

    @rule(hold=holds, amount=amounts)
    def hold_again(self, hold: Hold | None, amount: int) -> None:
        if hold is not None:
            assert services.open_hold(user=self.user, amount_micros=amount, cause=hold.cause) == hold

    @rule(hold=holds, cost=st.integers(min_value=0, max_value=20_000))
    def settle(self, hold: Hold | None, cost: int) -> None:
        if hold is None:
            return
        entry = services.settle_hold(hold_id=hold.pk, cost_micros=cost)
        charged = min(cost, self.open.pop(hold, 0))
        if charged == 0:
            assert entry is None
            return
        self.balance -= charged
        self.spent += charged
        self.lines += 1
        assert entry is not None
        assert (entry.amount_micros, entry.position) == (-charged, self.lines)

    @rule(hold=holds)
    def release(self, hold: Hold | None) -> None:
        if hold is not None:
            assert services.release_hold(hold_id=hold.pk) is (self.open.pop(hold, None) is not None)

    @invariant()
    def wallet_is_what_arithmetic_says(self) -> None:
        wallet = Wallet.objects.get(pk=self.wallet_pk)
        assert wallet.balance_micros == self.balance >= wallet.held_micros == sum(self.open.values())
        assert (wallet.entry_count, wallet.lifetime_spent_micros) == (self.lines, self.spent)

    def teardown(self) -> None:
        """The operator's proof finds nothing either, and the page reads the lines back in order."""
        wrong = {found.wallet_id for found in discrepancies(stale_after=timedelta(hours=1))}
        assert self.wallet_pk not in wrong
        lines = list(Entry.objects.of(self.user).values_list("position", flat=True))
        assert lines == list(range(self.lines, 0, -1))


@pytest.mark.django_db
def test_any_order_of_movements():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
