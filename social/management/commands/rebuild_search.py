from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from social.models import SearchDocument, SearchTypo, SearchWord
from social.search import index_story, unindex_story
from stories.models import Story


class Command(BaseCommand):
    help = "Read every published story into the search again. It goes on working meanwhile; a break does no harm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="stories at a time (200)")
        parser.add_argument("--missing", action="store_true", help="only what has changed or is not there")

    def handle(self, *args: Any, **options: Any) -> None:
        indexed = taken_out = 0
        if not options["missing"]:
            SearchDocument.objects.update(fingerprint="")
        stale = SearchDocument.objects.exclude(story__in=Story.objects.published())
        for story_id in list(stale.values_list("story", flat=True)):
            unindex_story(story_id)
            taken_out += 1
        # Oldest first, as they came: of two that are equal in rank the newer stands before the older.
        ids = list(Story.objects.published().order_by("published_at", "pk").values_list("pk", flat=True))
        for start in range(0, len(ids), max(options["batch"], 1)):
            for story in Story.objects.filter(pk__in=ids[start : start + max(options["batch"], 1)]):
                indexed += index_story(story)
        self._count_words()
        self.stdout.write(f"{indexed} stories in the index, {taken_out} taken out.")

    @staticmethod
    @transaction.atomic
    def _count_words() -> None:
        """Set right what stories that were erased have left: words are counted by those that are in the index."""
        counted: Counter[str] = Counter()
        for words in SearchDocument.objects.values_list("vocabulary", flat=True).iterator():
            counted.update(words)
        wrong = [word for word in SearchWord.objects.iterator() if word.stories != counted[word.form]]
        gone = [word.form for word in wrong if not counted[word.form]]
        for start in range(0, len(gone), 500):
            SearchTypo.objects.filter(word__in=gone[start : start + 500]).delete()
            SearchWord.objects.filter(form__in=gone[start : start + 500]).delete()
        for word in wrong:
            word.stories = counted[word.form]
        SearchWord.objects.bulk_update([word for word in wrong if word.stories], ["stories"], batch_size=500)
