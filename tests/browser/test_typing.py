"""French as one types it: guillemets, narrow no-break spaces, dashes; each taken back by one key."""

import pytest
from playwright.sync_api import Page, expect

from stories.models import Chapter
from stories.services import create_chapter
from tests.browser.desk import open_chapter, state
from tests.factories import create_story
from tests.servers import ServerThread

pytestmark = pytest.mark.browser

CASES = [
    ('Il dit "non" et partit', "Il dit «\u202fnon\u202f» et partit"),
    ("Quoi? Non! Si; oui", "Quoi\u202f? Non\u202f! Si\u202f; oui"),
    ("Quoi ?", "Quoi\u202f?"),
    ("Quoi?!", "Quoi\u202f?!"),
    ("Voici: un, deux", "Voici\u00a0: un, deux"),
    ("Voici : un", "Voici\u00a0: un"),
    ("à 12:30 pile", "à 12:30 pile"),
    ("l'ombre d'Éléna", "l’ombre d’Éléna"),
    ("et puis...", "et puis…"),
    ("- Viens!", "—\u00a0Viens\u202f!"),
    ("--Viens", "—\u00a0Viens"),
    ("`a'b\"c`", "`a'b\"c`"),
    ("[x](http://e.example?a;b)", "[x](http://e.example?a;b)"),
    ("**gras**", "**gras**"),
    ("# Titre", "# Titre"),
    ("***", "***"),
    ("(oui!)", "(oui\u202f!)"),
]


@pytest.fixture
def editor(page: Page, live_asgi: ServerThread) -> tuple[Page, Chapter]:
    story = create_story(language="fr")
    chapter = create_chapter(story=story, author=story.owner)
    return open_chapter(page, chapter), chapter


def test_french_as_one_types_it(editor: tuple[Page, Chapter]) -> None:
    page, _chapter = editor
    text = page.locator(".editor__text")
    for keys, expected in CASES:
        text.fill("")
        text.press_sequentially(keys)
        assert text.input_value() == expected, keys

    text.fill("")
    text.press_sequentially('"')
    page.keyboard.press("Backspace")
    expect(text).to_have_value('"')
    text.press_sequentially(" a?")
    page.keyboard.press("Control+z")
    assert "\u202f?" not in text.input_value()

    text.fill("")
    text.press_sequentially("1. un\ndeux\n\nfin")
    expect(text).to_have_value("1. un\n2. deux\n\nfin")
    text.fill("- un\n")
    page.keyboard.press("Control+End")
    text.press_sequentially("- deux")
    expect(text).to_have_value("- un\n- deux")
    state(page, "saved")

    page.locator("#studio-strip summary").click()
    page.get_by_role("button", name="French typing aids").click()
    text.fill("")
    text.press_sequentially('"non"')
    expect(text).to_have_value('"non"')

    page.locator(".editor__toolbar button").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".editor__toolbar button").nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(".editor__toolbar button").last).to_be_focused()
