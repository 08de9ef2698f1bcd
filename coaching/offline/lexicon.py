"""The words the measures go by, for each language they know."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


def listed(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's lists. Words are in lower case with straight apostrophes, as `reading` gives them."""

    word: re.Pattern[str]
    markers: frozenset[str]
    common: frozenset[str]
    plural_marks: str
    adverb_ending: str
    not_adverbs: frozenset[str]
    determiners: frozenset[str]
    to_be: frozenset[str]
    agent: str
    between: frozenset[str]
    reflexive: frozenset[str]
    participles: frozenset[str]
    participle_endings: tuple[str, ...]
    not_participles: frozenset[str]
    first_person: frozenset[str]
    second_person: frozenset[str]
    abbreviations: frozenset[str]


ENGLISH: Final = Lexicon(
    word=re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*"),
    markers=listed("the and of to was with that had his her she he they it in is for not you but said i my at on"),
    common=listed(
        """about above across after again against almost along already also although always among another anything
        around away back because been before began behind being below beneath beside between beyond both came could
        couldn't didn't does doesn't doing done don't down during each either else enough even every everything from
        gave going gone hadn't have having here hers herself himself into itself just knew know last least left less
        like little look looked made make many maybe might mine more most much must myself near never next none nothing
        often once only onto other others ours ourselves over perhaps quite rather really said same seem seemed shall
        should since some someone something soon still such take than that that's their theirs them themselves then
        there these they they'd they're thing things think this those though thought through together told took toward
        towards turned under until upon used very want wanted wasn't well went were what when where whether which
        while whole whom whose will with within without won't would wouldn't your yours yourself you're it's can't
        cannot come comes asked says tell"""
    ),
    plural_marks="s",
    adverb_ending="ly",
    not_adverbs=listed(
        """only family early likely unlikely lonely lovely friendly unfriendly ugly silly holy reply apply supply rely
        belly jelly bully ally assembly daily weekly monthly yearly elderly deadly homely costly curly chilly hilly
        woolly july italy sally molly lily emily billy kelly polly imply comply multiply anomaly monopoly melancholy
        ghastly orderly scholarly cowardly motherly fatherly brotherly sisterly heavenly earthly worldly ghostly
        beastly burly bubbly crumbly prickly wobbly wrinkly grizzly gully rally tally dolly holly folly golly lively
        butterfly dragonfly firefly housefly barfly sly underbelly potbelly fully-fledged timely leisurely stately
        shapely unruly surly wily oily smelly jolly"""
    ),
    determiners=frozenset(),
    to_be=listed("am is are was were be been being wasn't weren't isn't aren't got"),
    agent="by",
    between=listed("not never also already then now always often soon still just been being"),
    reflexive=frozenset(),
    participles=listed(
        """beaten bitten blown born broken brought built bought caught chosen cut done drawn driven drunk eaten felt
        flung fought found forgiven forgotten frozen given ground heard held hidden hit hung hurt kept known laid led
        left lent lit lost made meant met paid put read ridden rung said seen sent set sewn shaken shot shown shut
        slain slung sold spent spoken stolen struck stuck sung sunk swept sworn taken taught thrown told torn thrust
        understood woken won worn woven written"""
    ),
    participle_endings=("ed",),
    not_participles=listed(
        """tired excited scared interested bored worried married pleased surprised supposed used afraid ashamed
        delighted exhausted relieved confused frightened determined red bed need indeed hundred sacred naked wicked
        rugged ragged crooked aged beloved embarrassed disappointed crowded retired engaged advanced complicated
        finished closed opened seated left weed seed feed speed breed greed reed deed creed steed shed sled
        bleed tweed seaweed hatred kindred biped"""
    ),
    first_person=listed("i i'm i'd i've i'll me my myself"),
    second_person=listed("you you're you'd you've you'll your yours yourself"),
    abbreviations=listed("mr mrs ms dr st prof capt lt sgt rev jr sr no vs etc"),
)

FRENCH: Final = Lexicon(
    word=re.compile(r"[^\W\d_]+'?"),
    markers=listed("le la les de des du et un une que qui dans il elle pas était est sur ne je avait pour l' d' qu' à"),
    common=listed(
        """ailleurs ainsi alors après assez aucun aucune auprès aurait aussi aussitôt autant autour autre autres
        avaient avais avait avant avec avez avoir avons beaucoup bien bientôt celle celles celui cela cette ceux chaque
        chez chose choses comme comment contre dans davantage dehors déjà demain depuis derrière dessous dessus devait
        devant deux dire disait dise dont donc elle elles encore enfin ensuite entre environ étaient était étais être
        fait faire faisait fallait faut fois furent grand grande guère hors ici jamais jusque jusqu' laquelle lequel
        leur leurs lors lorsque lorsqu' lui maintenant mais malgré même mêmes mieux moins mon nôtre notre nous parce
        parfois parmi pendant personne peut peuvent peux plus plutôt pour pourquoi pourrait pourtant pouvait presque
        puis puisque quand quant quel quelle quelles quels quelque quelques quelqu' quoi rien sans sauf selon sera
        serait seulement sien sienne soit sont sous souvent suis surtout tandis tant tellement tels telle tous tout
        toute toutes toujours très trop trois vers voilà voici voulait vous vôtre votre aller allait vais vont venait
        vient fut eut sait savait avoir ayant étant petit petite donc puisqu' autrefois presqu' aujourd' lorsqu'
        semblait voir voyait avons êtes sommes aura auraient seront étions"""
    ),
    plural_marks="sx",
    adverb_ending="ment",
    not_adverbs=listed(
        """moment comment vêtement sentiment appartement mouvement gouvernement bâtiment événement évènement élément
        argument document monument instrument médicament jugement logement changement commencement serment ciment
        aliment supplément compliment règlement traitement testament tourment tempérament ornement parlement
        département établissement éloignement étonnement emplacement craquement grincement battement frottement
        claquement bourdonnement grondement sifflement tremblement frémissement frissonnement gémissement hurlement
        ronflement ronronnement aboiement crépitement clignement hochement haussement froncement glissement
        balancement effondrement écroulement enterrement paiement payement licenciement déménagement emménagement
        encouragement enchantement enseignement entraînement équipement évanouissement isolement mécontentement
        ravissement recueillement remerciement renoncement rassemblement ralentissement soulagement soulèvement
        stationnement tâtonnement vieillissement accouchement acharnement agacement alignement amusement
        apaisement applaudissement attachement attendrissement avertissement aveuglement avènement
        chuchotement comportement consentement débarquement dénouement développement divertissement écoulement
        engagement engourdissement entêtement épuisement essoufflement étouffement fonctionnement gonflement
        raisonnement rangement rayonnement rebondissement recensement renseignement revêtement roulement
        ruissellement scintillement surgissement tintement tiraillement versement virement abonnement
        fragment segment pigment régiment sédiment condiment dément véhément clément inclément ferment firmament
        aiment forment dorment ferment calment nomment fument allument consument résument animent expriment
        impriment affirment confirment enferment transforment informent endorment assument parfument estiment
        ferment arment charment blâment acclament réclament déclament entament chôment gomment
        consomment assomment riment priment oppriment suppriment dépriment compriment escriment tourment
        alarment sèment essaiment ment"""
    ),
    determiners=listed("le la les un une ce cet cette ces mon ton son ma ta sa mes tes ses notre votre leur du des au"),
    to_be=listed(
        """suis es est sommes êtes sont étais était étions étiez étaient fus fut fûmes furent serai sera serons serez
        seront serais serait serions seraient soit soient être fût été étant"""
    ),
    agent="par",
    between=listed("pas plus jamais point encore déjà toujours bien aussi été tout vite souvent aussitôt si très"),
    reflexive=listed("se s' me m' te t' nous vous"),
    participles=listed(
        """pris prise prises mis mise mises fait faite faits faites dit dite dits dites écrit écrite écrits écrites
        couvert couverte couverts couvertes vu vue vus vues lu lue lus lues reçu reçue
        reçus reçues perdu perdue perdus perdues vendu vendue vendus vendues battu battue battus battues rendu rendue
        tenu tenue tenus tenues retenu retenue attendu attendue entendu entendue entendus entendues défendu défendue
        suspendu suspendue construit construite construits construites détruit détruite conduit conduite surpris
        surprise compris comprise appris apprise remis remise permis permise offert offerte suivi suivie suivis
        suivies saisi saisie choisi choisie choisis choisies rempli remplie remplis remplies trahi trahie envahi
        envahie englouti engloutie bâti bâtie servi servie puni punie élu élue mordu mordue pendu pendue tordu tordue
        fendu fendue répandu répandue peint peinte éteint éteinte atteint atteinte contraint contrainte interrompu"""
    ),
    participle_endings=("é", "ée", "és", "ées"),
    not_participles=listed(
        """allé allée allés allées arrivé arrivée arrivés arrivées entré entrée entrés entrées rentré rentrée rentrés
        rentrées monté montée montés montées resté restée restés restées tombé tombée tombés tombées passé passée
        passés passées retourné retournée retournés retournées né née nés nées décédé décédée fatigué fatiguée
        fatigués désolé désolée désolés âgé âgée âgés âgées carré carrée année années côté côtés idée idées journée
        soirée matinée beauté vérité liberté bonté santé été étés café cafés pré prés clé clés épée pensée pensées
        fée fées armée armées vallée vallées fumée marée marées moitié amitié pitié volonté possibilité réalité
        obscurité cité cités quantité société qualité thé thés blé blés bébé bébés rosée poupée épousée fiancé
        fiancée invité invités mouillé étonné étonnée gêné gênée habitué habituée pressé pressée occupé occupée
        persuadé persuadée mariés marié mariée énervé énervée épuisé épuisée inquiété intéressé intéressée zélé
        réveillé réveillée fermé fermée fermés fermées"""
    ),
    first_person=listed("je j' me m' moi mon ma mes"),
    second_person=listed("tu te t' toi ton ta tes vous votre vos"),
    abbreviations=listed("m mm mme mmes mlle mlles dr me st ste av cf etc p"),
)

LEXICONS: Final = {"en": ENGLISH, "fr": FRENCH}
_SAMPLE: Final = 2_000
_ENOUGH: Final = 0.12


def guess_language(words: Iterable[str]) -> str | None:
    """The language whose smallest words fill this text, or None where neither does enough to be sure."""
    sample = [word for word, _ in zip(words, range(_SAMPLE), strict=False)]
    if not sample:
        return None
    shares = {
        language: sum(word in lexicon.markers for word in sample) / len(sample)
        for language, lexicon in LEXICONS.items()
    }
    best = max(shares, key=lambda language: shares[language])
    return best if shares[best] >= _ENOUGH else None
