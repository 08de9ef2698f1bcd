"""Words that say somebody may be in danger. A list hears little; what it hears is answered before anything else."""

import re
from typing import Final

from coaching.offline.lexicon import listed

# Said of oneself, in the first person: taken seriously wherever it is said to the coach.
_OF_ONESELF: Final = re.compile(
    r"""\b(?:
      me\ (?:tuer|suicider|pendre|mutiler|scarifier) | m'(?:ouvrir\ les\ veines|étrangler) | me\ faire\ du\ mal
    | me\ (?:foutre|flinguer|jeter\ (?:sous|par\ la\ fenêtre)) | en\ finir\ avec\ (?:la\ vie|ma\ vie|tout)
    | (?:envie|besoin)\ de\ (?:mourir|crever|disparaître\ pour\ de\ bon) | envie\ d'en\ finir
    | (?:je\ (?:veux|voudrais|vais|préfère|préférerais)|j'aimerais)\ (?:\w+\ )?mourir
    | plus\ (?:envie|la\ force)\ de\ vivre | mettre\ fin\ à\ (?:mes\ jours|ma\ vie)
    | (?:il|elle|mon\ \w+|ma\ \w+)\ me\ (?:frappe|bat|cogne|viole)
    | (?:kill|hang|hurt|hurting|harm|harming|cut|cutting)\ myself | end\ (?:my\ (?:own\ )?life|it\ all)
    | (?:want|wanted|going|ready)\ to\ die | wish\ i\ (?:was|were)\ dead | better\ off\ (?:dead|without\ me)
    | (?:don't|do\ not|no\ longer)\ want\ to\ (?:live|be\ alive|be\ here\ any\s?more)
    | (?:he|she|my\ \w+)\ (?:hits|beats|rapes)\ me
    )\b""",
    re.VERBOSE,
)
# Each phrase above holds one of these: lines without any are passed over quickly.
_SIGNS: Final = listed(
    """tuer suicid pendre mutiler scarifier veines étrangler foutre flinguer jeter finir mourir crever disparaître vivre
    jours vie frappe bat cogne viole mal self dead die end live alive here without hits beats rapes"""
)
# In a journal or with the listening coach the subject alone is enough.
_SUBJECT: Final = re.compile(r"\b(?:suicid|self[- ]harm|automutil)")


def is_heard(text: str, *, of_a_true_life: bool) -> bool:
    """Whether the text holds such words. In invented stories ask it of the writer's own message only."""
    lines = (line for line in text.lower().replace("’", "'").splitlines() if any(sign in line for sign in _SIGNS))
    return any(_OF_ONESELF.search(line) or (of_a_true_life and _SUBJECT.search(line)) for line in lines)
