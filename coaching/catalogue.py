"""The models on offer in plain words: what an answer costs, how much each can read, what it is good at."""

from dataclasses import dataclass
from decimal import ROUND_CEILING
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coaching.models import CoachModel
from costory.lib import money

# A usual question: some pages of the story go out, a page comes back.
USUAL_PROMPT_TOKENS: Final = 6_000
USUAL_ANSWER_TOKENS: Final = 400
# Four tokens are about three words; a printed page has about 300 of them.
TOKENS_PER_PAGE: Final = 400

STRENGTHS: Final = (
    ("anthropic/claude-opus", _("The most patient reader: long stories, subtle voices. The dearest.")),
    ("anthropic/claude-sonnet", _("Close reading and careful prose, in French and in English.")),
    ("anthropic/claude-haiku", _("Quick and to the point: titles, names, small questions.")),
    ("openai/gpt", _("Plots, structure, many ideas at once.")),
    ("google/gemini", _("Reads very much at once: whole novels.")),
    ("mistralai/", _("At home in French; quick.")),
    ("deepseek/", _("Much for little money.")),
    ("meta-llama/", _("An open model, for simple tasks.")),
    ("qwen/", _("Many languages, for little money.")),
)
"""By how the slug begins: what the house has seen of a family. An operator’s note on a model comes before it."""


@dataclass(frozen=True)
class Offer:
    """A model as a page shows it."""

    model: CoachModel

    @property
    def usual_price(self) -> str:
        """What a usual answer costs, rounded up."""
        prompt, completion = self.model.prompt_price_usd, self.model.completion_price_usd
        if prompt is None or completion is None:
            return ""
        cost = money.estimate_cost_usd(
            prompt_tokens=USUAL_PROMPT_TOKENS,
            completion_tokens=USUAL_ANSWER_TOKENS,
            prompt_price=prompt,
            completion_price=completion,
            request_price=self.model.request_price_usd,
        )
        micros = money.ceil_micros(cost, usd_to_wallet=settings.USD_TO_WALLET, markup=settings.MARKUP)
        return money.format_micros(
            micros, language=get_language() or "en", currency=settings.WALLET_CURRENCY, rounding=ROUND_CEILING
        )

    @property
    def is_free(self) -> bool:
        return not self.model.prompt_price_usd and not self.model.completion_price_usd

    @property
    def pages(self) -> int:
        """How many printed pages it can read at once."""
        return (self.model.context_length or 0) // TOKENS_PER_PAGE

    @property
    def strength(self) -> "str | Promise":
        return self.model.note or next((said for start, said in STRENGTHS if self.model.slug.startswith(start)), "")

    @property
    def is_usual(self) -> bool:
        """Whether it answers where none is chosen."""
        return self.model.slug == settings.OPENROUTER_MODEL


def offers() -> list[Offer]:
    """The models on offer."""
    return [Offer(model) for model in CoachModel.objects.offered()]


def retired() -> list[CoachModel]:
    """Models that were on offer and no longer are, the latest first."""
    rows = CoachModel.objects.filter(is_enabled=True).exclude(pk__in=CoachModel.objects.offered().values("pk"))
    return list(rows.select_related("replaced_by").order_by("-expires_at")[:20])
