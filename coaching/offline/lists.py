"""The words and turns that the craft page looks for, in each language."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coaching.offline.lexicon import ENGLISH, FRENCH, listed


@dataclass(frozen=True, slots=True)
class WordLists:
    """One language's lists, as patterns that find them in running text."""

    common: frozenset[str]
    cliches: re.Pattern[str]
    filters: re.Pattern[str]
    tags: re.Pattern[str]
    tag_adverbs: re.Pattern[str]
    passives: re.Pattern[str]
    adverb: re.Pattern[str]
    not_adverbs: frozenset[str]
    stem: Callable[[str], str]


def _phrases(text: str) -> re.Pattern[str]:
    """Any of these phrases, one a line, whatever the blanks and apostrophes between their words."""
    lines = sorted({line.strip() for line in text.splitlines() if line.strip()}, key=len, reverse=True)
    patterns = [re.escape(line).replace(r"\ ", r"\s+").replace("'", "['’]") for line in lines]
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


_ENGLISH_CLICHES: Final = """
at the end of the day\nin the nick of time\nonly time will tell\nthe calm before the storm\na chill ran down
sent shivers down\nher heart skipped a beat\nhis heart skipped a beat\nmy heart skipped a beat\nheart pounding
butterflies in her stomach\nbutterflies in his stomach\nbutterflies in my stomach\nblood ran cold\nwhite as a sheet
pale as a ghost\nquiet as a mouse\nblack as night\ncold as ice\nlight as a feather\nbusy as a bee\nbrave as a lion
clear as day\ncool as a cucumber\nfree as a bird\nold as the hills\nsharp as a tack\nstrong as an ox\nthick as thieves
easier said than done\nbetter late than never\nlast but not least\nneedless to say\nlittle did she know
little did he know\nlittle did I know\ntime stood still\ntears streamed down\na single tear\nlet out a breath
breath she didn't know\nbreath he didn't know\ndeafening silence\nthe silence was deafening\npregnant pause
a sea of faces\navoid like the plague\nat a loss for words\nbeyond the shadow of a doubt\nbite the bullet
blessing in disguise\nburning the midnight oil\nby the skin of\ncrack of dawn\ndead as a doornail\ndawned on her
dawned on him\nfit as a fiddle\nfrom the bottom of my heart\ngave up the ghost\nhead over heels\nin a heartbeat
in the blink of an eye\nin the twinkling of an eye\nit goes without saying\nknow like the back of\nlove at first sight
like a deer in the headlights\nlike a fish out of water\nmoment of truth\nneedle in a haystack\nonce in a blue moon
piercing blue eyes\nraven hair\nraining cats and dogs\nrose to the occasion\nsigh of relief\nskeleton in the closet
slept like a log\nslept like a baby\nthe coast was clear\nthe elephant in the room\nthe tip of the iceberg
the weight of the world\ntrembled like a leaf\nshaking like a leaf\nunder the weather\nwaited with bated breath
weak at the knees\nwhen all is said and done\nwith a heavy heart\nwith flying colors\nwith flying colours
writing on the wall\nyears of experience\nevery fiber of her being\nevery fibre of her being\nevery fiber of his being
eyes widened in shock\njaw dropped\nrolled her eyes\nrolled his eyes\nchiseled jaw\nsun-kissed\ncrystal clear
dark and stormy\nit was a dark and stormy night\nstars in her eyes\nworse for wear\nwild goose chase\ntouch and go
"""
_FRENCH_CLICHES: Final = """
blanc comme un linge\npâle comme la mort\nrouge comme une tomate\nrouge comme une pivoine\nfort comme un bœuf
gai comme un pinson\nlibre comme l'air\nmuet comme une carpe\nsage comme une image\ntêtu comme une mule
vif comme l'éclair\nvieux comme le monde\nclair comme de l'eau de roche\ndoux comme un agneau\nfier comme un paon
noir comme l'ébène\nsourd comme un pot\ntrempé jusqu'aux os\nun froid de canard\nun silence de mort\nun silence de plomb
un silence assourdissant\nun silence pesant\nle calme avant la tempête\nla goutte d'eau qui\nla partie émergée
la lumière au bout du tunnel\nle temps semblait suspendu\nle temps s'était arrêté\nle temps s'arrêta
le cœur battant\nson cœur fit un bond\nson cœur manqua un battement\nson cœur battait la chamade\nle cœur serré
le cœur lourd\nle cœur brisé\nun frisson lui parcourut\nun frisson parcourut\nsueurs froides\nle sang se glaça
son sang se glaça\nson sang ne fit qu'un tour\nles larmes aux yeux\nune larme coula\nune larme roula
fondit en larmes\nfondre en larmes\nles bras m'en tombent\nbouche bée\nles yeux écarquillés\nyeux de biche
yeux couleur d'azur\nun regard perçant\nun regard d'acier\nun sourire éclatant\nun sourire en coin
un sourire carnassier
sans crier gare\nen un clin d'œil\nen deux temps trois mouvements\nen mon for intérieur\nen son for intérieur
à bout de souffle\nà couper le souffle\nà perte de vue\nà la vitesse de l'éclair\nà pas de loup\nà corps perdu
au bout du rouleau\nau fin fond\nau septième ciel\navoir le vent en poupe\nbattre son plein\nbattait son plein
cerise sur le gâteau\ncoup de foudre\ncoup de théâtre\ncousu de fil blanc\ncrever les yeux\nde fil en aiguille
dormir comme une souche\ndormait comme un bébé\nelle ne savait pas encore que\nil ne savait pas encore que
en proie à\nfaire contre mauvaise fortune\nfaire d'une pierre deux coups\nfil d'Ariane\nforce est de constater
il va sans dire\nil pleuvait des cordes\nil pleut des cordes\njeter l'éponge\njeter un froid\njeta un froid
l'espoir fait vivre\nla mort dans l'âme\nla nuit porte conseil\nla nuit était tombée\nle fin mot de l'histoire
le jeu en vaut la chandelle\nlever le voile\nmettre les petits plats\nmonnaie courante\nmordre la poussière
n'y tenant plus\nne faire ni une ni deux\nni une ni deux\nnuit blanche\nnu comme un ver\npasser l'arme à gauche
perdre le fil\npeu ou prou\npierre d'achoppement\nplus mort que vif\npoule mouillée\nprendre son courage
prit son courage à deux mains\nremuer ciel et terre\nrentrer dans le vif\nrire jaune\nronger son frein
sans foi ni loi\nsans l'ombre d'un doute\nsauter du coq à l'âne\nse perdre en conjectures\nsous le choc
tempête dans un verre d'eau\ntenir le haut du pavé\ntirer son épingle du jeu\ntomber des nues\ntombé des nues
tomber de haut\ntourner la page\ntous les chemins mènent\ntrembler comme une feuille\ntremblait comme une feuille
une chape de plomb\nune lueur d'espoir\nune foule bigarrée\nvoler la vedette\nvoler en éclats\nvola en éclats
"""


def _english_stem(word: str) -> str:
    for ending in ("ingly", "edly", "ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")


_FRENCH_ENDINGS: Final = (
    *("issements", "issement", "ements", "ement", "aient", "èrent", "ions", "ait", "ais", "ant"),
    *("ées", "és", "ée", "ent", "er", "ez", "es", "é", "s", "x"),
)


def _french_stem(word: str) -> str:
    for ending in _FRENCH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")


_EN_SUBJECT: Final = r"(?:I|he|she|they|we|you|[A-Z][a-z]+)"
_FR_SUBJECT: Final = r"(?:je|j['’]|il|elle|ils|elles|nous|on|[A-ZÉÈ][a-zéèêëàâîïôûç]+)"


LISTS: Final = {
    "en": WordLists(
        common=ENGLISH.common | listed("seemed looked people hands where there should could would house"),
        cliches=_phrases(_ENGLISH_CLICHES),
        filters=re.compile(
            rf"\b{_EN_SUBJECT}\s+(?:could\s+(?:see|hear|feel|smell)|saw|heard|felt|noticed|realised|realized|watched"
            r"|wondered|sensed|observed|seemed\s+to|decided\s+to|began\s+to|started\s+to)\b"
        ),
        tags=re.compile(
            r"(?<=[”\"’])\s+(?:\w+\s+)?(?:exclaimed|retorted|ejaculated|opined|queried|interjected|declared|proclaimed"
            r"|chuckled|hissed|growled|snarled|barked|purred|gasped|breathed|quipped|intoned|expostulated|averred"
            r"|smiled|grinned|laughed|sighed|shrugged)\b"
        ),
        tag_adverbs=re.compile(
            r"(?<=[”\"’])\s+(?:\w+\s+)?(?:said|asked|replied|answered|whispered|shouted|cried)(?:\s+\w+)?\s+\w{3,}ly\b"
        ),
        passives=re.compile(
            r"\b(?:was|were|is|are|been|being|be)\s+(?:\w+ly\s+)?(?:\w{3,}(?:ed|en)|made|held|kept|told|found|left"
            r"|brought|built|caught|heard|sent|sold|shot|struck|taught|thrown|worn|put|cut|hit|read)\s+by\b"
        ),
        adverb=re.compile(r"\b[a-z]{3,}ly\b"),
        not_adverbs=ENGLISH.not_adverbs,
        stem=_english_stem,
    ),
    "fr": WordLists(
        common=FRENCH.common | listed("toujours encore jamais quelque chose comme après avant depuis pendant maison"),
        cliches=_phrases(_FRENCH_CLICHES),
        filters=re.compile(
            rf"\b{_FR_SUBJECT}\s*(?:s['’]aperçut|s['’]aperçoit|vit|voit|voyait|entendit|entend|entendait|sentit|sent"
            r"|sentait|remarqua|remarque|remarquait|réalisa|réalise|se\s+rendit\s+compte|se\s+rend\s+compte|observa"
            r"|se\s+demanda|se\s+demandait|semblait|sembla|décida\s+de|commença\s+à|se\s+mit\s+à)\b"
        ),
        tags=re.compile(
            r"\b(?:s['’]exclama|s['’]exclame|s['’]écria|s['’]écrie|rétorqua|rétorque|rugit|grogna|siffla|susurra|ironisa"
            r"|éructa|vociféra|tonna|minauda|sourit|soupira|ricana|s['’]esclaffa|renchérit|martela|pesta|maugréa)"
            r"-?(?:t-)?(?:il|elle|je|on|ils|elles)\b"
        ),
        tag_adverbs=re.compile(
            r"\b(?:dit|demanda|répondit|murmura|cria|ajouta|reprit|fit)(?:-(?:t-)?(?:il|elle|ils|elles|on)|\s+[A-ZÉ]\w+)"
            r"\s+\w{3,}ment\b"
        ),
        passives=re.compile(
            r"\b(?:est|sont|était|étaient|fut|furent|sera|seront|été|être)\s+(?:\w+ment\s+)?\w{2,}(?:é|ée|és|ées|i|ie|is"
            r"|ies|u|ue|us|ues|it|ite|ert|erte)\s+par\b"
        ),
        adverb=re.compile(r"\b[a-zéèêàâîïôûç]{3,}ment\b"),
        not_adverbs=FRENCH.not_adverbs,
        stem=_french_stem,
    ),
}
