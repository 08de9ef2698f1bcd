"""What STYLE says of every file, view, model and template, checked instead of remembered."""

import ast
import importlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from scripts.tree import tracked_files

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "billing", "coaching", "events", "social", "stories")
PACKAGES = (*APPS, "costory")
OWN_MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
PYTHON_FILES = list(tracked_files(".py"))
TEMPLATES = list((ROOT / "templates").rglob("*.html"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- Rooms -------------------------------------------------------------------------------------------------------

ROOMS = {
    "__init__",
    "admin",
    "api",
    "apps",
    "forms",
    "management",
    "migrations",
    "models",
    "selectors",
    "services",
    "tasks",
    "templatetags",
    "tests",
    "urls",
    "views",
}
# Rooms that one app has and the others have no use for; each with its reason.
OWN_ROOMS = {
    # Who calls the API: a token's bearer or a session; every app's operations stand on it.
    # And the answers kept for whoever asks twice.
    # And how second factors are sealed and spent.
    # And who a page's request comes from.
    "accounts": {"api_auth", "idempotency", "second_factor", "sessions"},
    # How an address is brought to its normal form, for the once of the sign-up grant.
    # How lines of the ledger read on a page, and how every wallet is proven.
    "billing": {"addresses", "lines", "reconciliation"},
    "stories": {
        # A story whole, as the parts of a JSON file, and back.
        "archive",
        # Who wrote which characters of a text, and what a publisher and a machine are told of it.
        "provenance",
        "disclosure",
        # Two texts side by side, and brought together.
        "comparison",
        # A story as a file of another kind: one module for each.
        "exporting",
        # Manuscripts from elsewhere, read to one shape.
        "importing",
        # Which names of a codex a text holds, with the inflections of two languages.
        "mentions",
        # Questions to write from, in two languages.
        "prompts",
    },
    "social": {
        # What is read now, in a formula, and how a story looks in a list.
        "trend",
        "cards",
        # How a reader likes a page set.
        "page_setup",
        # Strangers' pages, kept by each process while the database says they are still true.
        "kept_pages",
        # Who asks for a page, as far as counting needs to know.
        "visitors",
        # What a reader looks for, found on both databases.
        "search",
        # What programs read of the library, and what a page says of itself to search engines and networks.
        "feeds",
        "sharing",
    },
    "coaching": {
        # Conversations as parts of a story's archive.
        "archive",
        # What a model is sent: the prompts in two languages, and how the context is chosen, counted and accounted for.
        "prompts",
        "context",
        "excerpts",
        "material",
        "recall",
        # How single pieces of work are asked for, and the style sheet of a writer's voice.
        "tasks",
        "voice",
        "receipt",
        "redaction",
        "tokens",
        # How a reply runs and is watched: tasks of the server's own loop, which no request waits for.
        "engine",
        # A message and its reply as a page shows them, a proposal, and what is remembered of chapters.
        "exchanges",
        "findings",
        "memory",
        "proposals",
        "loops",
        "models_client",
        "process",
        "stream",
        # What answers without a model, and what is said to somebody in danger.
        "offline",
        # What does not fit together in a story, found by rule or taken from a model's answer.
        "continuity",
        # What stands out in a chapter when it is counted, as a page shows it.
        "craft",
        # A story's chapters from above, beside the forms that stories have taken.
        "structure",
        "care",
        "helplines",
        # The models in plain words, and who else handles what is entrusted to the house.
        "catalogue",
        "processors",
    },
}
MOST_LINES = 400


@pytest.mark.parametrize("app", APPS)
def test_every_app_has_the_same_rooms(app):
    rooms = {
        Path(relative(path)).parts[1].removesuffix(".py")
        for path in tracked_files()
        if relative(path).startswith(f"{app}/")
    }
    assert rooms <= ROOMS | OWN_ROOMS.get(app, set())


@pytest.mark.parametrize(
    "path",
    [path for path in PYTHON_FILES if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts)],
    ids=relative,
)
def test_a_module_fits_in_the_head(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", PYTHON_FILES, ids=relative)
def test_no_module_is_named_for_nothing(path):
    assert path.stem not in {"utils", "helpers", "manager", "data", "info", "common", "misc"}


# --- Code --------------------------------------------------------------------------------------------------------

THIS_FILE = Path(__file__).resolve()
LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XXX)\b")
EXCEPTION_WITHOUT_REASON = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w, -]+\])?)\s*$"
)
INSIDE_PATCH = re.compile(
    r"\bmock\.patch|(?<!router\.)\bpatch\(|\bpatch\.object|monkeypatch\.set(?:attr|item)|mocker\."
)
SIGNALS = re.compile(r"django\.dispatch|django\.db\.models\.signals|django\.core\.signals|@receiver")


@pytest.mark.parametrize("path", [path for path in PYTHON_FILES if path != THIS_FILE], ids=relative)
def test_code_promises_nothing_for_later_and_explains_its_exceptions(path):
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        assert not LATER.search(line), f"line {number} leaves work for later"
        assert not EXCEPTION_WITHOUT_REASON.search(line), f"line {number} switches a rule off without a reason"


@pytest.mark.parametrize("path", [path for path in PYTHON_FILES if path != THIS_FILE], ids=relative)
def test_nothing_inside_is_patched_and_no_signal_is_used(path):
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        assert not INSIDE_PATCH.search(line), f"line {number} patches an inside; doubles stand at the edge"
        assert not SIGNALS.search(line), f"line {number} uses a signal; call the service"


def public_services() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """What `<app>.services` offers: in a package, what its `__init__` names in `__all__`."""
    for app in APPS:
        modules = [
            path for path in PYTHON_FILES if relative(path).startswith((f"{app}/services/", f"{app}/services.py"))
        ]
        if not modules:
            continue
        offered = getattr(importlib.import_module(f"{app}.services"), "__all__", None)
        for path in modules:
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    is_offered = not node.name.startswith("_") if offered is None else node.name in offered
                    if is_offered:
                        yield relative(path), node


# `record("story_published", …)` reads as the sentence it is.
POSITIONAL = {
    "record": ["name"],
    # `subscribe("story.published", …)` too.
    "subscribe": ["name", "subscriber"],
    # Facts about one reply, not writes; they stand with the key they are signed with.
    "stream_path": ["reply"],
    # What a list of tags becomes, asked of before anything is written.
    "clean_tags": ["names"],
    "tag_slug": ["name"],
    "permit_opens": ["reply_id", "permit"],
}


@pytest.mark.parametrize(("path", "service"), [pytest.param(*case, id=case[1].name) for case in public_services()])
def test_services_take_keywords_and_say_what_they_do(path, service):
    arguments = service.args
    positional = [argument.arg for argument in arguments.args]
    assert positional in ([], POSITIONAL.get(service.name)), f"{path}: {service.name} takes {positional} by position"
    assert not arguments.posonlyargs
    assert all(argument.annotation for argument in arguments.kwonlyargs)
    assert service.returns is not None
    assert ast.get_docstring(service), f"{path}: {service.name} does not say what it does"
    assert "request" not in {argument.arg for argument in arguments.kwonlyargs}


# --- Models ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_every_model_has_a_name_for_people(model):
    assert model.__str__ is not models.Model.__str__


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_amounts_are_whole_numbers_in_their_unit(model):
    for field in model._meta.get_fields():
        assert not isinstance(field, models.FloatField), f"{field} is a float"
        if re.search(r"(amount|balance|cost|price)", field.name) and isinstance(field, models.IntegerField):
            assert re.search(r"_(micros|cents)(_|$)", field.name), f"{field} does not say its unit"


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_fields_are_named_for_what_they_hold(model):
    for field in model._meta.get_fields():
        if isinstance(field, models.DateTimeField) and model._meta.app_label in APPS and field.model is model:
            # AbstractBaseUser and AbstractUser bring two names of their own.
            assert field.name.endswith("_at") or field.name in {"last_login", "date_joined"}


@pytest.mark.parametrize(
    "path",
    [path for path in PYTHON_FILES if path.parent.name == "migrations" and path.stem != "__init__"],
    ids=relative,
)
def test_migrations_have_a_name_and_a_way_back(path):
    assert not re.search(r"_auto_\d{8}", path.stem)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"RunPython", "RunSQL"}:
            starred = any(isinstance(argument, ast.Starred) for argument in node.args)
            keywords = {keyword.arg for keyword in node.keywords}
            assert starred or len(node.args) > 1 or keywords & {"reverse_code", "reverse_sql"}, "it has no way back"


# --- Templates ---------------------------------------------------------------------------------------------------

# English on purpose: shown while DEBUG is on, to those who build it.
UNTRANSLATED_TEMPLATES = {"templates/styleguide.html"}
# What is the same in every language.
NAMES = {"CoStory", "Google", "Français", "English", "Markdown", "EPUB", "PDF"}
TAGS = re.compile(
    r"{%\s*block (?:\w+_)?class\s*%}.*?{%\s*endblock"
    r"|{%\s*comment.*?{%\s*endcomment\s*%}"
    r"|{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}"
    r"|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
# A browser does not run these, whatever is in them.
DATA_BLOCKS = {"application/json", "application/ld+json"}
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title", "data-confirm"}


class PageReader(HTMLParser):
    """Collects what a template would say to a person without asking for its translation, and what CSP forbids."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.forbidden: list[str] = []
        self._unspoken: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in {"script", "style", "code", "svg"}:
            self._unspoken.append(tag)
        if tag == "style" or (tag == "script" and "src" not in named and named.get("type") not in DATA_BLOCKS):
            self.forbidden.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").strip().startswith("javascript:"):
                self.forbidden.append(f"<{tag} {name}>")
            if name in SPOKEN_ATTRIBUTES:
                self._say(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._unspoken and self._unspoken[-1] == tag:
            self._unspoken.pop()

    def handle_data(self, data: str) -> None:
        if not self._unspoken:
            self._say(data)

    def _say(self, text: str) -> None:
        self.said += [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in NAMES]


def read_page(path: Path) -> PageReader:
    reader = PageReader()
    # A tag inside an attribute's value may hold quotes of the same kind, so tags go before the page is read.
    reader.feed(TAGS.sub("", path.read_text()))
    reader.close()
    return reader


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_inline_style_script_or_handler(path):
    assert not read_page(path).forbidden


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if relative(path) not in UNTRANSLATED_TEMPLATES], ids=relative
)
def test_every_visible_text_can_be_translated(path):
    assert not read_page(path).said


FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL | re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off")


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_every_posting_form_carries_its_token(path):
    for form in FORM.findall(path.read_text()):
        if re.search(r'method="post"', form, re.IGNORECASE):
            assert "{% csrf_token %}" in form


# Templates that show HTML as it is, with the one value: cleaned when it was saved, or written by us in a form.
SHOWS_CLEANED_HTML = {
    "templates/components/_field.html": "field.help_text",
    "templates/coaching/_reply.html": "exchange.reply.content_html",
    "templates/coaching/_proposal.html": "card.exchange.reply.content_html",
    "templates/social/_chapter_main.html": "entry.chapter.content_html",
    "templates/stories/chapter_preview.html": "preview_html",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_only_cleaned_html_is_shown_unescaped(path):
    text = path.read_text()
    if field := SHOWS_CLEANED_HTML.get(relative(path)):
        text = re.sub(rf"{{{{\s*{re.escape(field)}\|safe\s*}}}}", "", text)
    assert not UNESCAPED.search(text)


# --- Static files ------------------------------------------------------------------------------------------------


def test_every_stylesheet_and_module_is_used():
    pages = "\n".join(path.read_text() for path in TEMPLATES)
    modules = "\n".join(path.read_text() for path in (ROOT / "static" / "js").rglob("*.js"))
    for path in [*(ROOT / "static" / "css").glob("*.css"), *(ROOT / "static" / "js").rglob("*.js")]:
        assert path.name in pages or path.name in modules, f"nothing uses {relative(path)}"


@pytest.mark.parametrize("path", list((ROOT / "static" / "css").glob("*.css")), ids=relative)
def test_every_stylesheet_is_in_a_layer_and_asks_nobody_else(path):
    text = path.read_text()
    assert "@layer" in text
    assert "http" not in re.sub(r"/\*.*?\*/|http://www\.w3\.org/\S+", "", text, flags=re.DOTALL)
    assert "@import" not in text
