"""Fail if a file of the repository holds what looks like a secret.

A line that only looks like one says so: `pragma: allowlist secret`, with its reason beside it.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from scripts.tree import ROOT, tracked_files

# Formats that name themselves, entropy where a string has no other reason to be random, and no keyword detector: it
# takes every form field called password for a find. Nothing is verified over the network.
DETECTORS = [
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "DiscordBotTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TwilioKeyDetector",
]
ENTROPY = [{"name": "HexHighEntropyString", "limit": 3.0}, {"name": "Base64HighEntropyString", "limit": 4.5}]
# Formats the detectors do not know, or know without a word boundary and find inside names of functions.
OWN_FORMATS = {
    "OpenRouter key": re.compile(r"sk-or-v1-[0-9a-f]{16,}"),
    "GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
}

# Hashes of packages, pictures and compiled files are random without being secret.
SKIPPED_NAMES = {"requirements.txt", "requirements-dev.txt"}
SKIPPED_SUFFIXES = {".png", ".jpg", ".webp", ".ico", ".woff2", ".mo"}
FORBIDDEN_FILES = re.compile(r"(^|/)(\.env(\.(?!example$).*)?|.*\.(pem|key|p12|pfx|sqlite3)|id_(rsa|ed25519))$")


def findings(path: Path, *, name: str) -> Iterator[str]:
    """What is wrong with one file, each by `name` and line."""
    if FORBIDDEN_FILES.search(name):
        yield f"{name}: a file of this kind does not belong in the repository"
        return
    if path.name in SKIPPED_NAMES or path.suffix in SKIPPED_SUFFIXES:
        return
    for secret in scan_file(str(path)):
        # Tests are full of invented tokens; there only formats that name themselves count.
        if "Entropy" in secret.type and "tests" in path.parts:
            continue
        yield f"{name}:{secret.line_number}: {secret.type}"
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
        yield from (f"{name}:{number}: {kind}" for kind, form in OWN_FORMATS.items() if form.search(line))


def main() -> int:
    plugins = [{"name": name} for name in DETECTORS] + ENTROPY
    filters = [{"path": "detect_secrets.filters.allowlist.is_line_allowlisted"}]
    filters += [
        {"path": f"detect_secrets.filters.heuristic.{name}"}
        for name in ("is_sequential_string", "is_potential_uuid", "is_templated_secret", "is_prefixed_with_dollar_sign")
    ]
    with transient_settings({"plugins_used": plugins, "filters_used": filters}):
        found = [
            finding for path in tracked_files() for finding in findings(path, name=path.relative_to(ROOT).as_posix())
        ]
    for finding in found:
        print(finding, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
