"""A statement on the use of AI, for a publisher's form, in the language of the form.

It is not translated sentence by sentence but written in each language: plurals, numbers and dates follow its own rules.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from stories.disclosure.figures import ChapterFigures, Figures, StoryFigures

NARROW = "\u202f"
NO_BREAK = "\u00a0"
_ENGLISH_MONTHS = "January February March April May June July August September October November December"
_FRENCH_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
MONTHS = {"en": _ENGLISH_MONTHS.split(), "fr": _FRENCH_MONTHS.split()}


def statement(figures: StoryFigures, *, title: str, author: str, on: date, language: str) -> str:
    """The statement as plain text. Languages are "en" and "fr"; anything else is answered in English."""
    write = _French() if language == "fr" else _English()
    return write.statement(figures, title=title, author=author, on=on)


def _share(figures: Figures, part: int, *, less: str, more: str, form: Callable[[Decimal], str]) -> str:
    """A part in hundredths, and in words where rounding would make something of nothing or all of most."""
    percent = figures.percent(part)
    if part * 1000 < figures.characters:
        return f"{less} {form(percent)}"
    if part * 1000 > figures.characters * 999 and part < figures.characters:
        return f"{more} {form(percent)}"
    return form(percent)


class _English:
    def statement(self, figures: StoryFigures, *, title: str, author: str, on: date) -> str:
        lines = [
            "Statement on the use of artificial intelligence",
            f"“{title}”, by {author}. Drawn up on {self.day(on)} from the record that CoStory keeps of its text.",
            "",
        ]
        size = f"{self.count(figures.characters, 'character')} in {self.count(len(figures.chapters), 'chapter')}"
        if not figures.characters:
            return "\n".join([*lines, "There is no text yet, and so nothing to state."])
        if not figures.has_coach_text:
            lines.append(f"The text has {size}. According to the record, none of it was written by an AI system.")
        else:
            lines.append(f"The text has {size}.")
            if figures.coach:
                was = "was" if figures.coach == 1 else "were"
                share = self.share(figures, figures.coach)
                lines.append(
                    f"– {self.count(figures.coach, 'character')} ({share}) {was} written by an AI system, "
                    "CoStory’s coach, and not changed since."
                )
            if figures.coach_edited:
                comes, was = ("comes", "was") if figures.coach_edited == 1 else ("come", "were")
                share = self.share(figures, figures.coach_edited)
                lines.append(
                    f"– {self.count(figures.coach_edited, 'character')} ({share}) {comes} from passages of that "
                    f"system and {was} edited by a person."
                )
            if figures.human:
                was = "was" if figures.human == 1 else "were"
                share = self.share(figures, figures.human)
                lines.append(f"– {self.count(figures.human, 'character')} ({share}) {was} written by a person.")
            else:
                lines.append("– No character was written by a person alone.")
            lines += ["", self.places(figures.with_coach_text)]
        lines += [
            "",
            "What was pasted or imported counts as written by a person: the record cannot know where it came from.",
        ]
        return "\n".join(lines)

    def places(self, chapters: list[ChapterFigures]) -> str:
        named = ", ".join(f"{each.number} (“{each.title}”)" if each.title else str(each.number) for each in chapters)
        return f"Text of the AI system stands in {'chapter' if len(chapters) == 1 else 'chapters'} {named}."

    def count(self, number: int, noun: str) -> str:
        return f"{number:,} {noun}{'' if number == 1 else 's'}"

    def share(self, figures: Figures, part: int) -> str:
        return _share(figures, part, less="less than", more="more than", form=lambda number: f"{number.normalize():f}%")

    def day(self, on: date) -> str:
        return f"{on.day} {MONTHS['en'][on.month - 1]} {on.year}"


def _quoted(text: str) -> str:
    return f"«{NARROW}{text}{NARROW}»"


class _French:
    def statement(self, figures: StoryFigures, *, title: str, author: str, on: date) -> str:
        lines = [
            "Déclaration sur l’usage de l’intelligence artificielle",
            f"{_quoted(title)}, par {author}. Établie le {self.day(on)} d’après le registre que tient CoStory.",
            "",
        ]
        size = f"{self.count(figures.characters, 'caractère')} en {self.count(len(figures.chapters), 'chapitre')}"
        if not figures.characters:
            return "\n".join([*lines, "Il n’y a pas encore de texte, et donc rien à déclarer."])
        if not figures.has_coach_text:
            lines.append(f"Le texte compte {size}. D’après le registre, rien n’y a été écrit par un système d’IA.")
        else:
            lines.append(f"Le texte compte {size}.")
            if figures.coach:
                share = self.share(figures, figures.coach)
                was = "a été écrit" if figures.coach < 2 else "ont été écrits"
                since = "n’a pas été modifié" if figures.coach < 2 else "n’ont pas été modifiés"
                lines.append(
                    f"– {self.count(figures.coach, 'caractère')} ({share}) {was} par un système d’IA, "
                    f"le coach de CoStory, et {since} depuis."
                )
            if figures.coach_edited:
                share = self.share(figures, figures.coach_edited)
                comes = "vient" if figures.coach_edited < 2 else "viennent"
                was = "a été remanié" if figures.coach_edited < 2 else "ont été remaniés"
                lines.append(
                    f"– {self.count(figures.coach_edited, 'caractère')} ({share}) {comes} de passages de ce système "
                    f"et {was} par une personne."
                )
            if figures.human:
                share = self.share(figures, figures.human)
                was = "a été écrit" if figures.human < 2 else "ont été écrits"
                lines.append(f"– {self.count(figures.human, 'caractère')} ({share}) {was} par une personne.")
            else:
                lines.append("– Aucun caractère n’a été écrit par une personne seule.")
            lines += ["", self.places(figures.with_coach_text)]
        lines += [
            "",
            (
                "Ce qui a été collé ou importé compte comme écrit par une personne"
                f"{NO_BREAK}: le registre ne peut pas en connaître l’origine."
            ),
        ]
        return "\n".join(lines)

    def places(self, chapters: list[ChapterFigures]) -> str:
        named = ", ".join(
            f"{each.number} ({_quoted(each.title)})" if each.title else str(each.number) for each in chapters
        )
        where = "le chapitre" if len(chapters) == 1 else "les chapitres"
        return f"Du texte du système d’IA se trouve dans {where} {named}."

    def count(self, number: int, noun: str) -> str:
        # In French what is less than two is singular, nought too.
        return f"{number:,}".replace(",", NARROW) + f" {noun}{'' if number < 2 else 's'}"

    def share(self, figures: Figures, part: int) -> str:
        def form(number: Decimal) -> str:
            return f"{number.normalize():f}".replace(".", ",") + f"{NARROW}%"

        return _share(figures, part, less="moins de", more="plus de", form=form)

    def day(self, on: date) -> str:
        return f"{'1er' if on.day == 1 else on.day} {MONTHS['fr'][on.month - 1]} {on.year}"
