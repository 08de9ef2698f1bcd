"""Hold and settle: the services, each in a process of its own as eight clients, against pgbench with the same SQL."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from uuid import UUID

CLIENTS = 8
SECONDS = 5.0
WALLETS = 1000
HELD, COST = 100, 60

# What billing.services.statements sends, with pgbench's own chance in place of our parameters.
_OPEN = """
WITH wallet AS (
    SELECT id FROM billing_wallet
    WHERE user_id = (SELECT user_id FROM bench_person WHERE n = :n)
      AND NOT is_frozen AND balance_micros - held_micros >= {held}
    FOR NO KEY UPDATE
), hold AS (
    INSERT INTO billing_hold (id, wallet_id, amount_micros, cause, opened_at)
    SELECT gen_random_uuid(), id, {held}, 'reply:' || gen_random_uuid(), now() FROM wallet
    ON CONFLICT (cause) DO NOTHING
    RETURNING id, wallet_id, amount_micros
), kept AS (
    UPDATE billing_wallet SET held_micros = held_micros + amount_micros
    FROM hold WHERE billing_wallet.id = hold.wallet_id
    RETURNING billing_wallet.id
)
SELECT hold.id AS hid FROM hold, kept \\gset
"""
_SETTLE = """
WITH hold AS (
    UPDATE billing_hold SET closed_at = now(), settled_micros = LEAST(amount_micros, {cost})
    WHERE id = :hid::uuid AND closed_at IS NULL
    RETURNING wallet_id, amount_micros, settled_micros, cause
), wallet AS (
    UPDATE billing_wallet
    SET held_micros = held_micros - amount_micros, balance_micros = balance_micros - settled_micros,
        lifetime_spent_micros = lifetime_spent_micros + settled_micros,
        entry_count = entry_count + CASE WHEN settled_micros > 0 THEN 1 ELSE 0 END
    FROM hold WHERE billing_wallet.id = hold.wallet_id
    RETURNING wallet_id, settled_micros, cause, balance_micros, entry_count
)
INSERT INTO billing_entry
    (id, wallet_id, position, kind, amount_micros, balance_after_micros, cause, description, created_at)
SELECT gen_random_uuid(), wallet_id, entry_count, 'charge', -settled_micros, balance_micros, cause, '', now()
FROM wallet WHERE settled_micros > 0;
"""


def prepare() -> list[UUID]:
    """A thousand people with much credit, numbered for pgbench. Returns their ids."""
    from django.db import connection

    from accounts.models import User
    from billing.models import Wallet

    users = User.objects.bulk_create(
        [User(email=f"{uuid.uuid4().hex}@example.org", handle=f"w{uuid.uuid4().hex[:20]}") for _ in range(WALLETS)]
    )
    Wallet.objects.bulk_create([Wallet(user=user, currency="EUR", balance_micros=10**15) for user in users])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_person")
        cursor.execute("CREATE TABLE bench_person (n integer PRIMARY KEY, user_id uuid NOT NULL)")
        cursor.executemany(
            "INSERT INTO bench_person VALUES (%s, %s)", [(n, user.pk) for n, user in enumerate(users, start=1)]
        )
    connection.close()
    return [user.pk for user in users]


def pgbench(database_url: str, *, wallets: int) -> float:
    """Operations a second of the bare SQL, prepared, from C."""
    binary = shutil.which("pgbench") or str(next(Path("/usr/lib/postgresql").glob("*/bin/pgbench")))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"\\set n random(1, {wallets})\n")
        script.write(" ".join(_OPEN.format(held=HELD).split()).replace(" \\gset", " \\gset\n"))
        script.write(" ".join(_SETTLE.format(cost=COST).split()) + "\n")
        script.flush()
        said = subprocess.run(
            [
                binary, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(int(SECONDS)),
                "-f", script.name, "-d", database_url,
            ],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", said.stdout)
    if found is None:
        raise RuntimeError(said.stderr[-2000:])
    return float(found[1])


def services(user_ids: list[UUID]) -> float:
    """Operations a second of the product's own services."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(CLIENTS) as pool:
        counts = pool.map(_client, [user_ids] * CLIENTS, chunksize=1)
    return sum(counts) / SECONDS


def _client(user_ids: list[UUID]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costory.settings")
    import django

    django.setup()
    import billing.services
    from accounts.models import User

    people = [User(pk=pk) for pk in user_ids]
    hold = billing.services.open_hold(user=people[0], amount_micros=HELD, cause=f"warm:{uuid.uuid4()}")
    billing.services.settle_hold(hold_id=hold.pk, cost_micros=COST)
    count = 0
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        person = random.choice(people)
        hold = billing.services.open_hold(user=person, amount_micros=HELD, cause=f"reply:{uuid.uuid4()}")
        billing.services.settle_hold(hold_id=hold.pk, cost_micros=COST)
        count += 1
    return count
