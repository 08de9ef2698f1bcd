"""A story seen from above: its chapters as a drawing, beside the forms that stories have taken before.

The measures are counted, the forms are data. Where a beat "usually falls" is a share of the words, not a rule.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coaching.models import BeatPlace
from coaching.offline.measures import measure
from coaching.prompts import prompt_language
from stories.models import Chapter, Story

HEIGHT: Final = 100
BAR: Final = 10
THICKNESS: Final = 8
MOST_POINTS: Final = 40


@dataclass(frozen=True)
class Beat:
    """A step of a form, where it usually falls (in hundredths of the words), and what to ask of it.

    `key` is what a place given by hand is kept under: it stays when the words change.
    """

    key: str
    name: "str | Promise"
    place: int
    question: "str | Promise"


@dataclass(frozen=True)
class Form:
    """A shape that stories have taken."""

    key: str
    name: "str | Promise"
    about: "str | Promise"
    beats: tuple[Beat, ...]


FORMS: Final = (
    Form(
        "three-acts",
        _("Three acts"),
        _("Somebody wants something, cannot have it, and pays for it."),
        (
            Beat("before", _("The world before"), 5, _("What would go on for ever if nothing happened?")),
            Beat("disturbance", _("What disturbs it"), 12, _("After which line can nothing be as it was?")),
            Beat("no-way-back", _("No way back"), 25, _("What does somebody decide, and what does it cost at once?")),
            Beat("middle", _("The middle turns"), 50, _("What is understood here that was not known before?")),
            Beat("lost", _("All seems lost"), 75, _("What is given up, and who sees it?")),
            Beat("trial", _("The last trial"), 90, _("What can only this person do, and only now?")),
            Beat("after", _("The world after"), 98, _("What has the reader in hand when the book is closed?")),
        ),
    ),
    Form(
        "kishotenketsu",
        _("Kishōtenketsu"),
        _("Four parts without a fight: something is shown, goes on, is turned, and is seen anew."),
        (
            Beat("ki", _("Ki: it is set out"), 12, _("What do we get to know without being asked to take sides?")),
            Beat("sho", _("Shō: it goes on"), 40, _("What grows closer, without anything being at stake yet?")),
            Beat("ten", _("Ten: the turn"), 70, _("What comes in that nobody was waiting for?")),
            Beat(
                "ketsu",
                _("Ketsu: it is brought together"),
                95,
                _("How do the first part and the turn look at each other?"),
            ),
        ),
    ),
    Form(
        "journey",
        _("The hero’s journey"),
        _("Somebody leaves, is changed, and comes back with something."),
        (
            Beat("home", _("At home"), 5, _("What is missing, and who feels it?")),
            Beat("call", _("The call"), 10, _("Who asks, and why this one?")),
            Beat("refusal", _("The refusal"), 15, _("What is there to lose?")),
            Beat("threshold", _("Over the threshold"), 25, _("What can no longer be undone?")),
            Beat("trials", _("Friends, foes, trials"), 40, _("Who proves to be other than they seemed?")),
            Beat("cave", _("The innermost cave"), 55, _("What is it that is feared most?")),
            Beat("ordeal", _("The ordeal"), 65, _("What dies here, if only in thought?")),
            Beat("reward", _("The reward"), 75, _("What is won, and is it what was looked for?")),
            Beat("way-back", _("The way back"), 85, _("What follows behind?")),
            Beat("return", _("Home again"), 95, _("Who at home can see the difference?")),
        ),
    ),
    Form(
        "memoir",
        _("A life told"),
        _("One who knows tells of one who did not know yet."),
        (
            Beat("teller", _("From where it is told"), 5, _("What do you know now that makes you tell it?")),
            Beat("days", _("How it was"), 20, _("Which day was like all the others?")),
            Beat("break", _("What broke in"), 35, _("When did you notice, and when only later?")),
            Beat("blind", _("What one did not understand"), 55, _("Whose side have you never told?")),
            Beat("mark", _("What it made of one"), 75, _("Which habit have you kept from then?")),
            Beat("sense", _("What one makes of it"), 95, _("What do you say to the one you were?")),
        ),
    ),
)


@dataclass(frozen=True)
class Bar:
    """A chapter in the drawing. Heights are in hundredths of the drawing, places in its own units."""

    chapter: Chapter
    x: int
    words: int
    height: int
    speech: int
    speech_height: int
    mean_length: int
    share: int
    intensity: int | None

    @property
    def y(self) -> int:
        return HEIGHT - self.height

    @property
    def speech_y(self) -> int:
        return HEIGHT - self.speech_height

    @property
    def centre(self) -> int:
        return self.x + THICKNESS // 2

    @property
    def intensity_y(self) -> int:
        return HEIGHT - (self.intensity or 0)


@dataclass(frozen=True)
class Placed:
    """A beat of the form, and the chapter it stands in: where the writer put it, else where it usually falls."""

    beat: Beat
    chapter: Chapter | None
    is_by_hand: bool


@dataclass(frozen=True)
class Structure:
    """A story's chapters, and one form beside them."""

    form: Form
    bars: list[Bar]
    placed: list[Placed]

    @property
    def width(self) -> int:
        return max(BAR, len(self.bars) * BAR)

    @property
    def curve(self) -> list[Bar]:
        """The chapters whose intensity is known, in order: the points of the line."""
        return [bar for bar in self.bars if bar.intensity is not None]

    @property
    def has_points(self) -> bool:
        """Whether there is room for a point at each chapter: on a phone forty of them touch."""
        return 0 < len(self.curve) <= MOST_POINTS

    @property
    def extremes(self) -> tuple[Bar, Bar] | None:
        """Where the line is highest, and where lowest; None where there is nothing to compare."""
        points = sorted(self.curve, key=lambda bar: bar.intensity or 0)
        if len(points) < 2 or points[0].intensity == points[-1].intensity:
            return None
        return points[-1], points[0]


def form_named(key: str) -> Form:
    """The form of this name; the first for one that does not exist."""
    return next((form for form in FORMS if form.key == key), FORMS[0])


def form_text(form: Form, story: Story) -> str:
    """The form as a model is told of it, with the steps that the writer has placed, in the language of the moment."""
    by_hand = _places(story, form)
    steps = [
        _("%(step)s, which the writer places in “%(chapter)s”") % {"step": beat.name, "chapter": by_hand[beat.key]}
        if beat.key in by_hand
        else str(beat.name)
        for beat in form.beats
    ]
    return f"{form.name} ({', '.join(str(step) for step in steps)})"


def structure_of(story: Story, form: Form) -> Structure:
    """Two queries, whatever the number of chapters. What was measured of a text is kept while the process lives."""
    rows = story.chapters.filter(deleted_at=None).order_by("position")
    chapters = list(rows.only("pk", "story", "position", "title", "content", "word_count"))
    most = max((chapter.word_count for chapter in chapters), default=0) or 1
    whole = sum(chapter.word_count for chapter in chapters) or 1
    bars, ends, so_far = [], [], 0
    for place, chapter in enumerate(chapters):
        chapter.story = story
        speech, mean_length, intensity = _measured(chapter.content, prompt_language(story.language))
        so_far += chapter.word_count
        ends.append((so_far * 100 / whole, chapter))
        height = max(1, chapter.word_count * HEIGHT // most) if chapter.word_count else 0
        bars.append(
            Bar(
                chapter=chapter,
                x=place * BAR,
                words=chapter.word_count,
                height=height,
                speech=speech,
                speech_height=height * speech // 100,
                mean_length=mean_length,
                share=round(chapter.word_count * 100 / whole),
                intensity=intensity,
            )
        )
    known = {chapter.pk: chapter for chapter in chapters}
    by_hand = {beat: known[chapter.pk] for beat, chapter in _places(story, form).items() if chapter.pk in known}
    placed = [
        Placed(beat, by_hand[beat.key], is_by_hand=True)
        if beat.key in by_hand
        else Placed(
            beat,
            next((chapter for end, chapter in ends if end >= beat.place), ends[-1][1] if ends else None),
            is_by_hand=False,
        )
        for beat in form.beats
    ]
    return Structure(form, bars, placed)


def _places(story: Story, form: Form) -> dict[str, Chapter]:
    """By the key of a step, the chapter the writer put it in. One that lies in the bin holds nothing."""
    rows = BeatPlace.objects.filter(story=story, form=form.key, chapter__deleted_at=None)
    return {row.beat: row.chapter for row in rows.select_related("chapter").defer("chapter__content")}


@lru_cache(maxsize=512)
def _measured(text: str, language: str) -> tuple[int, int, int | None]:
    """The share of speech in hundredths, the mean length of a sentence in words, and the intensity."""
    found = measure(text, language)
    return round(found.dialogue_share * 100), round(found.mean_length), found.intensity
