"""The system's Chromium for Playwright: found, and started so that it never looks a name up."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# The shell is the same Chromium without the windows nobody sees: half of the work for each page.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """CHROMIUM, or the first browser of Chromium's family on the PATH."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start it; a caller that has not asked `find_chromium` gets Playwright's own error where there is none."""
    arguments = [
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        "--disable-dev-shm-usage",
    ]
    if os.geteuid() == 0:
        # Chromium refuses its sandbox to root; these are our own pages on loopback.
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
