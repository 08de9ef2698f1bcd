"""The HTTP API: one envelope over the apps' routers (API.md)."""

from ninja import NinjaAPI

api = NinjaAPI(title="CoStory", version="1.0.0", urls_namespace="api")
