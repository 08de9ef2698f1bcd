from costory.specimens import SpecimenForm


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
