"""The shape and cleaning of what people say about themselves."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User
from costory.lib.countries import COUNTRIES
from costory.lib.pictures import ACCEPTED, PictureField

# Large enough for an author's page on a fine screen.
AVATAR_SIDE = 512


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

    country = forms.ChoiceField(
        label=_("Country"),
        choices=[("", _("Not said")), *COUNTRIES],
        required=False,
        help_text=_("Only the help lines we may show you are chosen by it."),
    )

    class Meta:
        model = User
        fields = ["display_name", "handle", "bio", "is_public", "language", "country", "theme"]
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "handle": _("Small letters, digits and hyphens. It is part of your public address."),
            "is_public": _("Others see your name, your handle, your picture and what you say about yourself."),
        }


class AvatarForm(forms.Form):
    """A picture of oneself."""

    picture = PictureField(
        label=_("Choose a picture"),
        max_side=AVATAR_SIDE,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("JPEG, PNG, WebP or GIF, at most 5 MB. Where it was taken and with what is removed."),
    )


class TokenForm(forms.Form):
    """A new key to the API."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[
            (ApiToken.Scope.READ, _("Read: your stories, your conversations, your balance")),
            (ApiToken.Scope.WRITE, _("Write: change stories and your profile, put things in the bin")),
            (ApiToken.Scope.SPEND, _("Spend: ask the coach, and pay for it with your credits")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("How long it opens"),
        choices=[("7", _("A week")), ("30", _("A month")), ("90", _("Three months")), ("365", _("A year"))],
        coerce=int,
        initial="90",
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if "days" in cleaned:
            cleaned["life"] = timedelta(days=cleaned.pop("days"))
        return cleaned
