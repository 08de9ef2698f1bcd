"""Chapters as a page shows them."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Case, F, TextField, Value, When

from costory.lib import markdown
from stories.models import Chapter


def html_of(chapter_ids: Collection[UUID]) -> dict[UUID, str]:
    """The HTML of these chapters, in one query. What is released has it stored; a draft's is made here."""
    unmade = Case(When(content_html="", then=F("content")), default=Value(""), output_field=TextField())
    rows = Chapter.objects.filter(pk__in=chapter_ids).values_list("pk", "content_html", unmade)
    return {pk: html or markdown.render(content) for pk, html, content in rows}
