"""The gate's own scripts refuse what they are there to refuse."""

import polib
import pytest

from scripts import check_dependencies, check_secrets, compile_messages
from scripts.check_translations import faults

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="Save", msgstr=""), "not translated"),
        (polib.POEntry(msgid="Save", msgstr="Enregistrer", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(msgid="Save", msgstr="Enregistrer", obsolete=True), "no longer in the code"),
        (polib.POEntry(msgid="Hello %(name)s", msgstr="Bonjour"), "placeholders"),
        (polib.POEntry(msgid="See <a>this</a>", msgstr="Voyez ceci"), "marks"),
        (polib.POEntry(msgid="Sure?", msgstr="Vraiment ?"), "break a line"),
        (polib.POEntry(msgid="Said", msgstr="« Oui »"), "break a line"),
        (
            polib.POEntry(msgid="%(n)s word", msgid_plural="%(n)s words", msgstr_plural={0: "un mot", 1: ""}),
            "translated",
        ),
        (polib.POEntry(msgid="A word", msgid_plural="%(n)s words", msgstr_plural={0: "x", 1: "mots"}), "placeholders"),
    ],
)
def test_a_bad_translation_is_named(entry, fault):
    assert any(fault in found for found in faults(entry))


@pytest.mark.parametrize(
    "entry",
    [
        polib.POEntry(msgid="Sure, %(name)s?", msgstr=f"Vraiment, %(name)s{NARROW}?"),
        polib.POEntry(msgid="At 10:30", msgstr="À 10:30"),
        polib.POEntry(msgid="A word", msgid_plural="%(n)s words", msgstr_plural={0: "Un mot", 1: "%(n)s mots"}),
    ],
)
def test_a_good_translation_passes(entry):
    assert not list(faults(entry))


def test_messages_compile_without_gettext_and_leave_guesses_out(tmp_path):
    source = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalogue.append(polib.POEntry(msgid="Save", msgstr="Enregistrer"))
    catalogue.append(polib.POEntry(msgid="Leave", msgstr="Feuille", flags=["fuzzy"]))
    catalogue.save(str(source))
    compile_messages.compile_messages(tmp_path)
    assert [entry.msgid for entry in polib.mofile(str(source.with_suffix(".mo")))] == ["Save"]


def test_a_planted_key_is_found(tmp_path):
    planted = tmp_path / "settings.py"
    # Put together here, so that this file is clean itself.
    planted.write_text("KEY = '" + "sk-or-v1-" + "0123456789abcdef" * 4 + "'\n")
    assert list(check_secrets.findings(planted, name="settings.py")) == ["settings.py:1: OpenRouter key"]


@pytest.mark.parametrize("name", [".env", "deploy/server.key", "costory.sqlite3", ".env.production"])
def test_files_that_hold_secrets_are_refused_by_name(name):
    assert check_secrets.FORBIDDEN_FILES.search(name)


def test_the_example_of_the_environment_is_welcome():
    assert not check_secrets.FORBIDDEN_FILES.search(".env.example")


@pytest.mark.parametrize("line", ["--index-" + "url https://packages.example", "find-" + "links = /wheels"])
def test_an_option_that_names_a_package_host_is_refused(line):
    assert check_dependencies.HOST_OPTION.search(line)


def test_the_lock_and_its_source_agree():
    for source, lock in check_dependencies.LOCKS.items():
        assert list(check_dependencies.lock_faults(source, lock)) == []
