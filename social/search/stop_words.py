"""Words too common to tell one story from another, by language; spelt with their accents: "the" is one, "thé" is not.

Nouns that happen to look like one ("été", "son" in English) are left out of their language's list.
"""

_ENGLISH = """
a about above after again against all also although am among an and any are aren't as at be because been before being
below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each else
ever few for from further get had hadn't has hasn't have haven't having he her here hers herself him himself his how
however i if in into is isn't it its itself just let me more most much must mustn't my myself no nor not of off on
once only onto or other ought our ours ourselves out over own s same shall shan't she should shouldn't since so some
such than that the their theirs them themselves then there these they this those though through thus to too toward
towards under until up upon us very was wasn't we were weren't what when where whether which while who whom whose why
will with within without won't would wouldn't yet you your yours yourself yourselves
"""

_FRENCH = """
a ai aie aient ainsi alors après as au aucun aucune aujourd'hui aura aurai auraient aurait auras aurez auront aussi
autre autres aux avaient avais avait avant avec avez aviez avions avoir avons ayant c ça car ce ceci cela celle
celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des deux donc dont du
elle elles en encore entre es est et étaient étais était étant étiez étions être eu eue eurent eus eut eux fait faire
fait fut furent ici il ils j je jusqu jusque l la là le les leur leurs lorsqu lorsque lui m ma mais me même mêmes mes
moi moins mon n ne ni non nos notre nôtre nous on ont ou où par parce parmi pas pendant peu peut peuvent plus plusieurs
pour pourquoi puis puisque qu quand que quel quelle quelles quels qui quoi quoique s sa sans se sera serai seraient
serait seras serez seront ses seulement si sinon soi soient sois soit sommes son sont sous suis sur t ta tandis te tel
telle telles tels tes toi ton toujours tous tout toute toutes très trop tu un une va vers voici voilà vos votre vôtre
vous y à ô
"""

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in (("en", _ENGLISH), ("fr", _FRENCH))
}
