"""Pages for the offline coach to read, written for these tests."""

from hypothesis import strategies as st

FRENCH = """# Le bol bleu

La cuisine n’avait pas changé. La fenêtre donnait toujours sur la cour, et la fenêtre d’en face n’avait toujours pas \
de rideau. Anne posa la main sur la vitre de la fenêtre. Le froid lui fit du bien.

Elle ouvrit lentement le placard du haut. Elle sortit les assiettes une à une. Elle compta les verres. Elle retrouva \
le bol bleu tout au fond.

— Tu comptes les verres ? demanda Claire.

— Je compte ce qui reste. Moi, je n’ai que ça à faire.

Claire haussa les épaules. Le bol avait été offert par le notaire, autrefois, et il avait été réparé deux fois. Les \
lettres furent rangées dans une boîte par M. Le Goff lui-même. La maison était vendue depuis mardi.

***

Le soir, elles mangèrent debout. « On pourrait dormir ici », dit Claire. Anne regarda la porte, puis l’escalier, puis \
la valise qu’elle n’avait pas défaite.
"""
ENGLISH = """The ferry left without her. She stood quietly on the quay with the letter in her hand, and the gulls went \
on as if nothing had been decided. She had read the letter slowly, carefully, completely. The letter said very little.

She walked to the café. She ordered a coffee she did not want. She counted her coins twice over. She looked at the \
clock above the bar. She thought of the house by the river. She wished the rain would start again.

“You missed it,” said the man behind the bar.

“I know.”

“There’s another one on Thursday. If you’ve somewhere to sleep, that is, because the hotel shut last winter.”

The shutters had been painted green. The tables were taken inside by a boy. I remember how the lamp shook.
"""
JOURNAL = """Aujourd’hui je suis retournée au cimetière. Maman aurait eu soixante-dix ans. J’ai apporté des anémones, \
parce que maman disait que les roses font trop de manières. Il n’y avait personne. J’ai parlé à maman tout haut, \
bêtement, longuement, de choses sans importance. Puis la pluie est venue et je suis restée quand même."""

anything = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from([*"aéI .!?…«»“”\"'’—-–*_#>|`[]()<&\n\t", "je ", "was ", "été ", "👩‍👩‍👧", "\u202e"])).map(
        "".join
    ),
)
