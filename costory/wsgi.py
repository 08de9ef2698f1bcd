"""Django's pages as WSGI; costory/asgi.py runs it on a pool of persistent threads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costory.settings")

application = get_wsgi_application()
