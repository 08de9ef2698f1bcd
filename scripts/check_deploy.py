"""Fail unless the settings are fit for production when its environment is set, and refuse to start when it is not."""

import os
import subprocess
import sys

from scripts.tree import ROOT

PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "".join(chr(ord("A") + number % 58) for number in range(0, 580, 7)),
    "APP_URL": "https://costory.example",
    "DATABASE_URL": "postgres://costory@database/costory",
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_URL": "smtp+tls://mail.example:587",
    "TRUST_PROXY": "1",
}
# What the developer's shell or .env says must not decide; an empty value outranks .env.
NEUTRAL = dict.fromkeys(("OPENROUTER_API_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SENTRY_DSN"), "")


def manage(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **NEUTRAL, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", env=PRODUCTION)
    if checked.returncode:
        print(checked.stderr, file=sys.stderr)
        return 1
    keyless = manage("check", env={**PRODUCTION, "SECRET_KEY": ""})
    if keyless.returncode == 0 or "SECRET_KEY" not in keyless.stderr:
        print("Production starts without SECRET_KEY:", keyless.stdout, keyless.stderr, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
