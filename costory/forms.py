"""How every form of the house is drawn."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Django's renderer with our templates: `{{ form }}` and `{{ form.name.as_field_group }}` look right everywhere."""

    form_template_name = "components/_form.html"
    field_template_name = "components/_field.html"
