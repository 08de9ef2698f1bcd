"""The search's own tables: which stories are in the index, and the words that a misspelt one may have meant.

The index itself is a `tsvector` with a GIN index beside SearchDocument on PostgreSQL, and an FTS5 table on SQLite; see
the migration `search` and social.search.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stories.models import Story


class SearchDocument(models.Model):
    """A story in the index. There is a row for no story but one that everybody may find.

    On PostgreSQL it has two more columns, `vector` (what is found) and `head` (what it is ranked by). On SQLite a
    trigger of the table takes a story's text out of the index with its row: a migration that makes the table anew
    (most do, there) has to make the trigger anew.
    """

    # What FTS5 knows it by; and, of two that are equal, the one that came later has the larger.
    id = models.BigAutoField(primary_key=True)
    story = models.OneToOneField(Story, on_delete=models.CASCADE, related_name="search_document")
    published_at = models.DateTimeField(_("published at"))
    released_at = models.DateTimeField(_("last chapter released at"))
    indexed_at = models.DateTimeField(_("brought up to date at"), null=True)
    # Of all that was read to make it: the same again changes nothing.
    fingerprint = models.CharField(max_length=32)
    # The words of it that stand in SearchWord.
    vocabulary = models.JSONField(default=list)

    class Meta:
        verbose_name = _("story in the search")
        verbose_name_plural = _("stories in the search")
        indexes = [models.Index(fields=["-published_at", "-id"], name="search_document_newest")]

    def __str__(self) -> str:
        return str(self.story_id)


class SearchWord(models.Model):
    """A word of titles, tags, descriptions or authors' names, and how many stories in the index have it there."""

    form = models.CharField(max_length=64, primary_key=True)
    spelling = models.CharField(max_length=64)
    stories = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("word of the search")
        verbose_name_plural = _("words of the search")

    def __str__(self) -> str:
        return self.spelling


class SearchTypo(models.Model):
    """A word with letters left out, under which misspellings of it are looked up."""

    id = models.BigAutoField(primary_key=True)
    form = models.CharField(max_length=8)
    word = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("misspelling")
        verbose_name_plural = _("misspellings")
        constraints = [models.UniqueConstraint(fields=["form", "word"], name="search_typo_unique")]
        indexes = [models.Index(fields=["word"], name="search_typo_by_word")]

    def __str__(self) -> str:
        return f"{self.form} → {self.word}"
