"""A story as an export reads it: what it is called, whose it is, and its chapters one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from costory.lib import markdown
from stories.disclosure import StoryFigures, chapter_figures, statement, total_figures
from stories.disclosure.figures import ChapterFigures
from stories.exporting.xhtml import raise_headings
from stories.models import Chapter, Photograph, Story

# Chapters read at once: a few books' worth of the longest would not fit into a small server.
AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class Page:
    """A chapter as it goes into a book. `title` is what its writer gave it, `heading` what a reader finds there."""

    number: int
    title: str
    heading: str
    day: str
    question: str
    content: str
    content_html: str
    figures: ChapterFigures
    photographs: list[Photograph]


@dataclass(frozen=True, kw_only=True)
class Manuscript:
    """A story, or one chapter of it, ready to be written in any format."""

    identifier: UUID
    # Whose cover it wears, a chapter that is taken along alone too.
    story_id: UUID
    title: str
    author: str
    language: str
    description: str
    modified_at: datetime
    # The author's own; where there is none, one is drawn.
    cover: FieldFile
    figures: StoryFigures
    _chapters: QuerySet[Chapter]
    _is_brief: bool = False

    def pages(self) -> Iterator[Page]:
        """The chapters in their order, read a few at a time."""
        for chapter in self._chapters.prefetch_related("photographs").iterator(chunk_size=AT_ONCE):
            yield Page(
                number=chapter.position,
                title=chapter.title,
                heading=heading(chapter, language=self.language),
                day=day(chapter, language=self.language) if chapter.title else "",
                question=chapter.prompt,
                content=chapter.content,
                # A draft that is being typed has none stored.
                content_html=raise_headings(chapter.content_html or markdown.render(chapter.content)),
                figures=chapter_figures(chapter),
                photographs=list(chapter.photographs.all()),
            )

    def photographs(self) -> QuerySet[Photograph]:
        """Every photograph of these chapters."""
        return Photograph.objects.filter(chapter__in=self._chapters)

    def contains(self, text: str) -> bool:
        """Whether any of the chapters' texts contains this."""
        return self._chapters.filter(content__contains=text).exists()

    @property
    def statement(self) -> str:
        """What the record says of AI in this text, in the language of the text; a heading is its first line."""
        if self._is_brief:
            return self._sentence()
        return statement(
            self.figures,
            title=self.title,
            author=self.author,
            on=self.modified_at.date(),
            language=self.language,
        )

    def _sentence(self) -> str:
        with translation.override(self.language):
            if self.figures.is_coach_only:
                said = _("This text was written by an AI, CoStory’s coach, for its author.")
            else:
                said = _("Parts of this text come from an AI, CoStory’s coach; its author chose and edited them.")
            return f"{_('How this text came to be')}\n{said}"


def read_manuscript(story: Story, *, chapter: Chapter | None = None, for_readers: bool = False) -> Manuscript:
    """A story as it stands, bin and notes left out, or one chapter of it.

    For readers: the chapters that are released, and the coach's share told as the author chose.
    """
    chapters = Chapter.objects.readable() if for_readers else Chapter.objects.present()
    chapters = chapters.filter(story=story).order_by("position")
    if chapter is not None:
        chapters = chapters.filter(pk=chapter.pk)
    return Manuscript(
        identifier=story.pk if chapter is None else chapter.pk,
        story_id=story.pk,
        title=story.title,
        author=story.owner.name,
        language=story.language,
        description=story.description,
        modified_at=story.updated_at,
        cover=story.cover,
        figures=total_figures(chapters.without_text()),
        _chapters=chapters,
        _is_brief=for_readers and story.disclosure == Story.Disclosure.WORDS,
    )


def heading(chapter: Chapter, *, language: str) -> str:
    """What stands over a chapter: its title, else a journal's day, else its number, in the language of the story."""
    if chapter.title:
        return chapter.title
    with translation.override(language):
        return day(chapter, language=language) or str(chapter)


def day(chapter: Chapter, *, language: str) -> str:
    """The day a journal's page was written on, in words; nothing where there is none."""
    if chapter.entry_date is None:
        return ""
    with translation.override(language):
        return date_format(chapter.entry_date, "DATE_FORMAT")
