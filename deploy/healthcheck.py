"""Exit 0 when the server in this container answers /healthz. Standard library only: it runs every few seconds."""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

# The server refuses a Host it does not serve, so the request names the public one.
host = urlsplit(os.environ.get("APP_URL", "")).netloc or "localhost"
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})

try:
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - a constant
        sys.exit(0 if answer.status == 200 else 1)
except OSError:
    sys.exit(1)
