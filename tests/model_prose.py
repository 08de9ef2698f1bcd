"""What the loopback model answers: a coach's prose, so that screenshots show something worth reading."""

FRENCH = """Votre ouverture tient déjà quelque chose : la lampe qui vacille avant que l’orage n’arrive. \
On sent la gardienne inquiète sans qu’elle ait besoin de le dire, et c’est votre plus belle force ici.

Je m’arrête pourtant au troisième paragraphe. Vous y expliquez ce que la scène venait de montrer : \
*elle avait peur*. Essayez de retirer cette phrase. La main posée sur la rampe, le café froid, \
le carnet ouvert à la mauvaise date disent la même chose, mais ils laissent au lecteur le plaisir de comprendre.

Le rythme, ensuite. Vos phrases ont presque toutes la même longueur, et l’orage finit par tomber comme le reste. \
Coupez au moment où la lumière s’éteint. Une phrase courte. Puis laissez revenir le souffle, lentement, \
quand elle trouve enfin l’allumette.

Une question pour la suite : que perd-elle si le bateau ne vient pas ? Tant que vous ne l’avez pas décidé, \
la tempête reste un décor. Dès que vous le saurez, chaque vague aura son poids.

"""

ENGLISH = """Your opening already holds something: the lamp that falters before the storm arrives. \
We feel the keeper's unease without her having to name it, and that is your greatest strength here.

I stop at the third paragraph, though. There you explain what the scene has just shown: *she was afraid*. \
Try taking that sentence out. The hand on the rail, the cold coffee, the logbook open at the wrong date \
say the same thing, and they leave the reader the pleasure of understanding.

Then the rhythm. Nearly all your sentences run to the same length, and so the storm falls like everything else. \
Cut at the moment the light goes out. One short sentence. Then let the breath return, slowly, \
as she finds the match at last.

A question to carry forward: what does she lose if the boat never comes? As long as you have not decided, \
the storm is only scenery. Once you know, every wave will have its weight.

"""
