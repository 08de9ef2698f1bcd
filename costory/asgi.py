"""The one entry of the server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costory.settings")

application = get_asgi_application()
