"""Words that say somebody may be in danger. A list hears little; what it hears is answered before anything else.

Where it errs it errs towards help: a card too many is passed over, one too few is not. What is known to be said in
jest, and a character's words and wishes in an invented story, are let pass.
"""

import re
import unicodedata
from typing import Final

from coaching.offline.lexicon import listed

_JEST_FR: Final = (
    r"(?!\ (?:de\ (?:rire|faim|soif|chaud|froid|honte|peur|trouille)|d'(?:ennui|envie|amour)|pour\ un\ caf))"
)
_JEST_EN: Final = (
    r"(?!\ (?:laughing|of\ (?:boredom|embarrassment|laughter|shame|cuteness|hunger)|for\ (?:a|some)\ coffee))"
)
_PILLS_FR: Final = r"(?:medicaments|cachets|comprimes|somniferes|pilules|antidepresseurs|anxiolytiques)"
_PILLS_EN: Final = r"(?:pills|tablets|meds|sleeping\ pills|antidepressants|painkillers|paracetamol)"
_KIN_FR: Final = (
    r"(?:il|elle|on|mon\ (?:mari|conjoint|compagnon|copain|mec|ex|pere|beau-pere|oncle|frere|fils|patron|\w+)"
    r"|ma\ (?:femme|compagne|mere|copine|\w+))"
)
_KIN_EN: Final = r"(?:he|she|they|my\ (?:husband|wife|partner|boyfriend|girlfriend|ex|dad|mum|mom|\w+))"

# Said of oneself, in the first person: taken seriously wherever it is said to the coach.
_OF_ONESELF: Final = re.compile(
    rf"""\b(?:
      (?<!va\ )(?<!vont\ )(?<!vas\ )me\ tuer(?!\ (?:au\ travail|a\ la\ tache|pour\ un\ caf))
    | me\ (?:suicider|suicide\b|pendre|mutiler?|scarifier?|flinguer|buter|noyer|empoisonner|foutre\ en\ l'air)
    | me\ (?:jeter|balancer)\ (?:sous|par\ la\ fenetre|du\ |dans\ le\ vide|d'un|d'une|a\ l'eau)
    | me\ tirer\ une\ balle(?!\ dans\ le\ pied) | m'(?:immoler|ouvrir\ les\ veines|etrangler|etouffer\ pour)
    | me\ (?:couper|tailler|taillader|trancher)\ (?:les\ (?:veines|poignets|bras)|la\ gorge) | m'ouvre\ les\ veines
    | me\ (?:faire|fais|blesser|blesse)\ (?:du\ mal\b|expres|volontairement) | je\ me\ (?:coupe|lacere
      |brule)\ (?:les|la|le|expres)
    | (?:je|j')\ ?(?:\w+\ ){{0,3}}(?:sauter|saute)\ (?:du\ (?:pont|toit|balcon)|d'un|par\ la\ fenetre|sous\ (?:un
      |le)|dans\ le\ vide)
    | (?:je|j')\ ?(?:\w+\ ){{0,4}}en\ finir(?!\ avec\ (?:ce|cette|ces|le|l'|les|mon|mes)\b)(?:$|\W)
    | j'?(?:e\ )?\ ?(?:ai|avais)\ (?:\w+\ ){{0,3}}(?:envie|besoin)\ d(?:e\ |')(?:mourir{_JEST_FR}|crever{_JEST_FR}
      |disparaitre(?!\ derriere)|en\ finir)
    | (?:je\ (?:veux|voudrais|vais|prefere|prefererais)|j'(?:aimerais|allais))\ (?:\w+\ )?(?:mourir|crever){_JEST_FR}
    | (?:je\ (?:veux|voudrais)|j'aimerais)\ (?:\w+\ )?disparaitre(?!\ derriere)
    | (?:je\ (?:voudrais|veux|prefere|prefererais|serais\ mieux)|j'aimerais
      |si\ seulement\ j'etais)\ (?:\w+\ ){{0,2}}morte?\b{_JEST_FR}
    | (?:je\ (?:n'?(?:en\ |e\ )?|n'ai\ |ne\ veux\ )?|j'ai\ |veux\ |j'en\ )(?:ai\ |peux\ )?plus\ (?:envie\ |la
      \ force\ |le\ courage\ )?(?:de\ |d')?(?:vivre|exister|etre\ (?:la|en\ vie)|me\ reveiller)
    | (?:ne|veux|voudrais)\ (?:\w+\ ){{0,2}}(?:jamais|plus|pas)\ me\ reveiller | (?:mettre|mets
      |mis)\ fin\ a\ (?:mes\ jours|ma\ vie)
    | en\ finir\ avec\ (?:ma\ vie) | attenter\ a\ mes\ jours | m'oter\ la\ vie | me\ donner\ la\ mort
    | (?:mieux|soulages?|heureux|tranquilles?)\ sans\ moi\b | (?:aucune|plus\ de|pas\ de)\ raison\ de\ vivre
    | ma\ vie\ ne\ vaut\ (?:plus|pas|rien) | (?:personne|nul)\ ne\ (?:me\ regrettera|remarquerait\ (?:si|mon))\w*
    | (?:j'ai|j'avais|mes|des)\ (?:\w+\ )?(?:idees\ noires|(?:pensees|idees|envies)\ (?:suicidaires|de\ suicide
      |de\ mort))
    | je\ (?:suis|me\ sens)\ (?:\w+\ )?suicidaire | je\ (?:\w+\ )?(?:pense|songe|pensais)\ (?:\w+\ )?(?:au\ suicide
      |a\ mourir|a\ me\ )
    | j'ai\ (?:\w+\ )?(?:avale|pris|ingere)\ (?:tou[ts]e?s?|une?\ (?:boite|plaquette|tube|flacon)|trop|plein
      |beaucoup|\d+)\ (?:\w+[\ ']){{0,4}}{_PILLS_FR}
    | (?:tentative\ de\ suicide|tente\ de\ me)\ (?=.*\b(?:je|j'|ma|me))
    | {_KIN_FR}\ (?:me\ (?:frappe|cogne|viole|tabasse|etrangle|sequestre|menace\ de\ (?:mort|me))
      |m'a\ (?:encore\ )?(?:frappee?|cognee?|violee?|battue?|tabassee?|etranglee?|agressee?))\b
    | {_KIN_FR}\ (?:me\ bat|va\ me\ battre)\b(?!\ (?:aux?|a|toujours\ aux?|froid|en)\b)
    | (?:il|elle|mon\ (?:mari|conjoint|compagnon|copain|mec|ex|pere|beau-pere|frere
      |fils))\ va\ (?:\w+\ )?me\ tuer(?!\ (?:si\ je\ ne\ (?:rends|finis)|quand))
    | mon\ (?:pere|beau-pere|oncle|frere|grand-pere|prof|entraineur)\ (?:me\ touche|m'a\ touchee?|abuse\ de\ moi
      |a\ abuse\ de\ moi)
    | (?:j'ai\ ete|je\ suis|je\ me\ suis\ fait)\ (?:violee?r?|battue|abusee?|sequestree?)\b

    | (?:kill|killing)\ my\ ?self(?!\ (?:laughing|with\ laughter|over\ (?:this|the|my)|(?:trying\ )?to\ (?:finish
      |meet|get)))
    | (?:hang|hanging|drown|drowning|hurt|hurting|harm|harming|starving|unalive|burning|poison)\ my\ ?self
    | (?:cut|cutting)\ my\ ?self(?!\ (?:shaving|cooking|off|some|a\ |on\ (?:paper|a)|short))
    | shoot(?:ing)?\ my\ ?self(?!\ in\ the\ foot) | (?:slit|cut|slash)(?:ting|ing)?\ my\ (?:wrists?|throat|veins
      |arms?)
    | (?:end|ending|take|taking|took)\ my\ (?:own\ )?life(?!\ (?:story|on|as|in\ a))
    | i(?:'?m|\ am)?\ (?:\w+\ )?(?:going\ to|gonna|want\ to|wanna|ready\ to)\ end\ it(?:\ (?:now|tonight|today))?$
    | (?:i|i'?m|i'?d|i'?ve|me)\ (?:\w+\ ){{0,4}}(?:end\ it\ all|be\ dead|kms)\b
    | i(?:'?m|\ am|'?ve|\ was)?\ (?:\w+\ ){{0,3}}(?:want(?:ed)?|going|ready|wish|hope|prefer|about|like|wanting
      |planning|deserve)\ to\ (?:just\ |fucking\ )?die\b{_JEST_EN}
    | i\ (?:\w+\ )?wanna\ (?:\w+\ )?die\b{_JEST_EN} | (?:let|make)\ me\ die\b{_JEST_EN}
    | i(?:'?d|\ would)\ rather\ (?:be\ dead|die)\b{_JEST_EN}
    | wish\ i(?:\ (?:was|were|could\ be|would\ be)\ dead|\ (?:could|would)\ (?:just\ )?(?:die|disappear
      |not\ wake\ up)|'?d\ never\ been\ born|\ had\ never\ been\ born|\ (?:didn'?t|did\ not)\ (?:exist|wake\ up))
    | better\ off\ (?:dead|without\ me) | (?:nothing|no\ reason|not?\ point)\ (?:left\ )?(?:to\ live|in\ living
      |in\ going\ on|to\ go\ on)
    | (?:don'?t|do\ not|no\ longer|never)\ (?:\w+\ )?(?:want|wanna|wish)\ (?:to\ )?(?:live|exist|be\ alive|wake\ up
      |be\ here\ any\s?more|go\ on\ living)\b(?!\ in\b)
    | can(?:'?t|not)\ (?:go\ on\ (?:living|like\ this)|keep\ (?:on\ )?living|live\ (?:any\s?more|like\ this)
      |take\ (?:this\ life|living))
    | i(?:'?m|\ am|\ feel|'?ve\ been|\ have\ been|\ was)\ (?:\w+\ ){{0,3}}suicidal | (?:my|having|have
      |had)\ (?:\w+\ )?suicidal\ (?:thoughts|ideation|feelings)
    | i(?:'?m|\ am|'?ve)?\ (?:\w+\ ){{0,4}}(?:thinking|think|thought|considering|considered|contemplating|planning
      |planned|attempted)\ (?:of\ |about\ )?(?:committing\ )?suicide
    | i\ (?:want\ to|wanna|might|will|am\ going\ to|should|could|tried\ to)\ commit\ suicide | i'?m\ (?:going\ to
      |gonna)\ commit\ suicide
    | i(?:'?ve)?\ (?:\w+\ ){{0,2}}(?:swallowed|took|taken|taking)\ (?:all|a\ (?:whole\ )?(?:bottle|box|bunch
      |handful|lot)|too\ many|so\ many|\d+)\ (?:\w+\ ){{0,3}}{_PILLS_EN}
    | i(?:'?ve|'?m|\ am|\ have|\ want\ to|\ will|\ might)?\ (?:\w+\ ){{0,2}}(?:overdos(?:e|ed|ing)
      |self[-\ ]?harm(?:ed|ing)?)\b
    | (?:i|i'?m|i'?ll|i'?ve)\ (?:\w+\ ){{0,4}}jump(?:ing)?\ (?:off|from|in\ front\ of|out\ of)\ (?:a|the
      |my)\ (?:bridge|roof|building|balcony|train|window|cliff)
    | {_KIN_EN}\ (?:hits?|beats?|rapes?|raped|chokes?|choked|strangled|abuses|molests|molested|punches
      |punched)\ me\b(?!\ (?:at|to\ it|up\ with|in\ the\ feels|hard\ at)\b)
    | {_KIN_EN}\ (?:\w+\ ){{0,2}}(?:threatens?|threatened)\ to\ kill\ me | (?:he|she|my\ (?:husband|partner
      |boyfriend|ex|dad|father|stepfather))(?:'s|\ is)?(?:\ going\ to|\ will|'ll|\ gonna
      |\ tried\ to)\ kill\ me(?!\ (?:if|when)\ i\ (?:don'?t\ )?(?:finish|miss|deliver|spoil|forget))
    | my\ (?:dad|father|stepfather|stepdad|uncle|brother|coach|teacher|grandfather)\ (?:touches|touched)\ me
    | i(?:'?m|\ was|\ am|'?ve\ been|\ got|\ have\ been)\ (?:being\ )?(?:raped|molested|beaten\ (?:by|up)
      |sexually\ abused|abused\ by)\b
    )""",
    re.VERBOSE,
)
# Of whomever: in an invented story it is the characters' where one is named as the one it is said of.
_OF_ANYONE: Final = re.compile(
    rf"""\b(?:
      en\ finir\ avec\ (?:la\ vie|tout)\b | (?:envie|besoin)\ de\ (?:mourir|crever){_JEST_FR} | envie\ d'en\ finir
    | plus\ (?:envie|la\ force|le\ courage)\ de\ vivre | end\ it\ all | (?:(?:want|wanted|going|ready)\ to
      |wanna)\ die\b{_JEST_EN}
    )""",
    re.VERBOSE,
)
_A_CHARACTER: Final = re.compile(
    r"\b(?:ils?|elles?|he|she|they|him|her|them|personnages?|heros|heroine|heroes?|narrat(?:eur|rice|or)|characters?"
    r"|protagonist\w*|villain|mechant|roi|reine|king|queen|soldat|soldiers?)\b"
)
_ONESELF: Final = re.compile(r"\b(?:je|j'|moi|me|m'|i|i'm|i've|i'd|myself|im)\b")
# In a journal or with the listening coach the subject alone is enough, and so is harm meant for somebody.
_SUBJECT: Final = re.compile(
    r"\b(?:suicid|self[- ]harm|automutil|idees noires"
    r"|(?:i want to|i'm going to|i will|i'm gonna|i wanna) (?:kill|stab|shoot) (?:him|her|them|my \w+|somebody|someone)"
    r"|je (?:veux|vais|voudrais) (?:le|la|les|tous les) (?:tuer|buter|planter)"
    r"|je (?:veux|vais|voudrais) (?:tuer|buter) (?:mon|ma|mes|quelqu'un)"
    r"|can'?t go on\b(?! with)|n'en peux plus de (?:vivre|cette vie))"
)
# What a character says is between these; a line of dialogue is asked about as one.
_SPEECH: Final = re.compile(r"«[^»]{1,400}»|“[^”]{1,400}”|\"[^\"]{1,400}\"")
_ABOUT_SPEECH: Final = re.compile(
    r"\b(?:dit|dire|repond|replique|dialogue|scene|chapitre|chapter|says|said|line|lines|dialog|character|personnage"
    r"|heros|heroine|hero)\b"
)
_TO_ONESELF: Final = re.compile(
    r"\b(?:i (?:\w+ )?(?:think|thought|feel|say|said|hear)|i keep"
    r"|je (?:me |\w+ )?(?:dis|pense|repete|sens|cesse)|j'entends)\b"
)
_SENTENCES: Final = re.compile(r"[.!?…;]+(?:\s|$)|\n\s*\n")
# Each phrase above holds one of these: sentences without any are passed over quickly.
_SIGNS: Final = listed(
    """tuer suicid pendre mutile scarifi veines poignets gorge etrangl etouffer foutre flinguer buter noyer empoison
    jeter balancer balle immoler
    finir mourir crever disparaitre vivre exister etre reveill jours vie frappe bat cogne viol mal
    blesse coupe lacere brule saut morte mort mieux soulag heureux tranquil regrett remarqu noires sequestr touche abus
    agress tabass menace cachets comprimes medic somnif pilules depress anxiol planter peux
    self dead die end life live alive here without hit beat rape kms kill unalive wrist throat vein overdos harm suicid
    pills tablets meds painkill paracetamol jump chok strangl molest punch abus touch born exist wake disappear go point
    living arm stab shoot"""
)


def is_heard(text: str, *, of_a_true_life: bool) -> bool:
    """Whether the text holds such words. In invented stories ask it of the writer's own message only."""
    plain = _plain(text)
    outside = _SPEECH.sub(" ", plain)
    if not of_a_true_life and _ABOUT_SPEECH.search(outside) and not _TO_ONESELF.search(outside):
        plain = outside
    return any(
        _is_heard_in(" ".join(sentence.split()), of_a_true_life=of_a_true_life)
        for sentence in _SENTENCES.split(plain)
        if any(sign in sentence for sign in _SIGNS)
    )


def _is_heard_in(sentence: str, *, of_a_true_life: bool) -> bool:
    if _OF_ONESELF.search(sentence):
        return True
    if of_a_true_life:
        return bool(_OF_ANYONE.search(sentence) or _SUBJECT.search(sentence))
    is_a_characters = _A_CHARACTER.search(sentence) and not _ONESELF.search(sentence)
    return not is_a_characters and bool(_OF_ANYONE.search(sentence))


def _plain(text: str) -> str:
    """Small letters without accents, as people type them in distress."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ʼ", "'").replace("œ", "oe").lower())
    return "".join(sign for sign in folded if not unicodedata.combining(sign))
