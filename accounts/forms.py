"""The shape and cleaning of what people say about themselves."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User


class SignupForm(forms.Form):
    """What sign-up asks beyond address and password (allauth builds its own form on this one)."""

    display_name = forms.CharField(
        label=_("Name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        help_text=_("What readers see. You can change it later."),
    )

    field_order = ["display_name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth after the person is saved."""
        user.display_name = self.cleaned_data["display_name"].strip()
        user.save(update_fields=["display_name"])


class PreferencesForm(forms.Form):
    """The switches of the header and the footer; either alone is enough."""

    theme = forms.ChoiceField(choices=User.Theme, required=False)
    language = forms.ChoiceField(choices=User.Language, required=False)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # It takes no parameter at run time.
    """What somebody says about themselves, and how the house should look to them."""

    class Meta:
        model = User
        fields = ["display_name", "handle", "bio", "is_public", "language", "theme"]
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"handle": _("Small letters, digits and hyphens. It is part of your public address.")}


class TokenForm(forms.Form):
    """A new key to the API."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[choice for choice in ApiToken.Scope.choices if choice[0] != ApiToken.Scope.HUB],
        widget=forms.CheckboxSelectMultiple,
    )
