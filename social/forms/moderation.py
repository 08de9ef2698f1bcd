"""What is written to moderation, and what moderation writes."""

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from social.models import MAX_EXPLANATION, MAX_QUOTE, Appeal, Decision, Report
from social.services import Reasons
from social.services.decision import MAX_DAYS
from stories.models import Story

# The rules as docs/legal/moderation.md lists them, to choose from; the law is named by its article.
RULES: Final = (
    _("Moderation rules: sexual content with minors"),
    _("Moderation rules: hatred, discrimination, violence, terrorism"),
    _("Moderation rules: threats, harassment, private facts"),
    _("Moderation rules: encouragement to suicide or self-harm"),
    _("Moderation rules: defamation, insult, deception about a person"),
    _("Moderation rules: works of others without right"),
    _("Moderation rules: pornography"),
    _("Moderation rules: fraud, advertising, floods"),
    _("Moderation rules: ratings and mature content"),
    _("Terms of use: what has no place here"),
)
RULES_LIST: Final = "rules"


class ReportForm(forms.Form):
    """A report by somebody with an account."""

    reason = forms.ChoiceField(label=_("What is wrong with it?"), choices=Report.Reason, widget=forms.RadioSelect)
    quote = forms.CharField(
        label=_("The passage it is about"),
        help_text=_("Copied from the page, so that it is found."),
        max_length=MAX_QUOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    explanation = forms.CharField(
        label=_("Why may it not be here?"),
        max_length=MAX_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Say why, so that somebody else can see it too.")},
    )
    chapter = forms.UUIDField(required=False, widget=forms.HiddenInput)
    token = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)


class StrangerReportForm(ReportForm):
    """A report by somebody without an account (Digital Services Act, article 16, 2)."""

    # What is needed depends on the reason, which a browser does not know.
    use_required_attribute = False
    _UNLESS_A_CHILD = {"required": _("Needed, unless you report the sexual abuse of a child.")}

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("Not needed to report the sexual abuse of a child."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages=_UNLESS_A_CHILD,
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("For the receipt and the decision, and for nothing else. Whoever you report does not learn it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=_UNLESS_A_CHILD,
    )
    is_in_good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I say is right and complete."),
        error_messages={"required": _("Please confirm that you say this in good faith.")},
    )
    # A field that nobody sees: what fills it in is a program.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reason") == Report.Reason.CHILD_ABUSE:
            for name in ("name", "email"):
                if self.has_error(name, "required"):
                    del self.errors[name]
                    cleaned[name] = ""
        return cleaned

    @property
    def is_a_programs(self) -> bool:
        """Whether what no person sees was filled in."""
        return bool(self.data.get("website", "").strip())


class AppealForm(forms.Form):
    """Asking for another look."""

    text = forms.CharField(
        label=_("What was misjudged?"),
        max_length=MAX_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Say what was misjudged.")},
    )


class DecisionForm(forms.Form):
    """A decision with its ground. What an action does not need it does not ask."""

    ground = forms.ChoiceField(label=_("It goes against"))
    clause = forms.CharField(
        label=_("Clause"),
        help_text=_("The article, or the rule of the house."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"list": RULES_LIST, "autocomplete": "off"}),
    )
    facts = forms.CharField(
        label=_("Facts"),
        help_text=_("What is there, and where."),
        max_length=MAX_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    statement = forms.CharField(
        label=_("Reasons"),
        help_text=_("Why what is there goes against it. Sent to whoever it concerns, in their language."),
        max_length=MAX_EXPLANATION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=MAX_DAYS)
    rating = forms.ChoiceField(label=_("The rating it should have"), choices=Story.Rating)

    def __init__(self, sent: QueryDict | None = None, *, action: str) -> None:
        super().__init__(sent, prefix=action)
        grounds = list(Decision.Ground.choices)
        ground = self.fields["ground"]
        assert isinstance(ground, forms.ChoiceField)  # noqa: S101  For mypy: it is declared as one above.
        if action == Decision.Action.DISMISS:
            ground.label = _("Held against")
            ground.choices = grounds[::-1]
            self.fields["statement"].help_text = _("Why it may stay. Sent to whoever reported it.")
        else:
            ground.choices = [choice for choice in grounds[::-1] if choice[0] != Decision.Ground.NONE]
            for name in ("clause", "statement"):
                self.fields[name].required = True
        if action != Decision.Action.SUSPEND:
            del self.fields["days"]
        if action != Decision.Action.RATE:
            del self.fields["rating"]

    @property
    def reasons(self) -> Reasons:
        """The ground, as the service wants it."""
        cleaned = self.cleaned_data
        return Reasons(
            ground=cleaned["ground"],
            clause=cleaned["clause"],
            facts=cleaned["facts"],
            statement=cleaned["statement"],
        )


class UndoForm(forms.Form):
    """Lifting a decision."""

    facts = forms.CharField(
        label=_("Why it is lifted"),
        help_text=_("Sent to whoever it concerns, in their language."),
        max_length=MAX_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AppealDecisionForm(forms.Form):
    """The answer to an appeal."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Appeal.Outcome, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Why"),
        help_text=_("Sent to whoever appealed, in their language."),
        max_length=MAX_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LookForm(forms.Form):
    """Which report, chapter and place of the text a moderator looks at; what cannot be read is left aside."""

    report = forms.UUIDField(required=False)
    chapter = forms.UUIDField(required=False)
    offset = forms.IntegerField(required=False, min_value=0)
