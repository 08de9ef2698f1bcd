from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory

from costory import views
from costory.specimens import COLOURS, ICONS, SpecimenForm


def test_every_icon_has_a_drawing() -> None:
    for name in ICONS:
        assert 'focusable="false"></svg>' not in render_to_string("components/_icon.html", {"name": name}), name


def test_every_colour_of_the_page_has_its_swatch() -> None:
    stylesheet = Path(finders.find("css/styleguide.css") or "").read_text()
    tokens = Path(finders.find("css/tokens.css") or "").read_text()
    for colour in COLOURS:
        assert f".swatch--{colour} " in stylesheet
        assert f"--{colour}: light-dark(" in tokens


def test_the_page_is_for_developers_only(rf: RequestFactory, settings) -> None:
    settings.DEBUG = False

    with pytest.raises(Http404):
        views.styleguide(rf.get("/styleguide/"))


def test_a_wrong_field_is_described_by_its_help_and_its_error() -> None:
    html = str(SpecimenForm({"title": "", "email": "x"}))

    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_group_of_choices_has_one_legend_and_a_box_its_label() -> None:
    html = str(SpecimenForm())

    assert html.count("<legend>") == 1
    assert 'for="id_is_real"' in html
    assert html.count("(optional)") == 3
