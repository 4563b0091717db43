"""
Words that say little about what a question is about, in the seven languages the search knows.

They are given as people write them and kept as ``bot.answers.features.words_of`` spells them.
"""

from collections.abc import Mapping

from bot.answers.features import words_of

_SMALL = """
a an the is are was were be been being am do does did doing done has have had having can could will would shall should
may might must of to in on at by for from with without about into over under between and or but if so then than that
this these those there here it its they them their he she his her we our you your u ur i im me my one some any just
still even also very really only not no dont doesnt isnt arent wasnt wont cant didnt as up out off now ever please
pls plz tell know think say said mean means hey hi hello ok lol bro btw actually exactly get gets got let going go make
makes s t d ll re ve question explain anyone someone something thing things like

der die das den dem des ein eine einen einem einer ist sind war waren sein hat haben hatte kann können wird werden würde
soll sollte muss darf und oder aber wenn dann dass ob im in an am auf bei mit ohne für von vom zu zum zur über nach aus
es er sie wir ihr ich man mir uns nicht kein keine noch schon auch nur denn mal eigentlich bitte doch so als bis hier

le la les l un une des du de d et ou mais si est sont était être a ont avait avoir peut peuvent pourrait va vont sera
dans en sur sous par pour avec sans à au aux ce cet cette ces il elle ils elles on nous vous je tu me te se que qui ne
n pas plus encore aussi y c j s qu t il est ce

el la los las un una unos unas de del al y o pero si es son era ser está están fue ha han había hay puede pueden podría
va van en por para con sin a su sus se lo le les que no ya también más me te nos yo tú este esta eso esto

jest są był była było być będzie będą ma mają może mogą czy i a lub ale jeśli w we na z ze do od o po za przy dla przez
nie tak się to ten ta te tego tej co że już jeszcze też tylko jak by mi mnie my wy on ona oni

чи і й та або але якщо є був була було бути буде будуть має мають може можуть у в на з зі до від о об по за при для про
не так це цей ця ці те той що щоб вже ще теж тільки ми ви він вона вони я мені нас їх його її би б ж

ли и а или но если есть был была было быть будет будут имеет имеют может могут у в на с со до от о об по за при для про
не так это этот эта эти то тот что чтобы уже ещё еще тоже только мы вы он она они я мне нас их его её бы б же как

what whats which how welche welcher welches wie was quoi quel quelle comment qué cuál cómo jaki jaka jakie який яка які
какой какая какие
"""

# What is done or had in most questions, whatever they are about.
_LIGHT = """
send sends sending sent give gives giving given gave take takes taking taken took come comes coming came use uses using
used need needs want wants happen happens happening happened work works working belong belongs belonging deliver
delivers delivering delivered supply supplies put keep keeps set start long time name names called status info
information new current currently today rn soon finally different real possible whole all every each most

kommt kommen gibt geben liefert liefern lieferung nimmt nehmen macht machen bekommt bekommen braucht brauchen passiert
heißt heißen lange zeit endlich aktuell heute jetzt bald gerade wirklich alle gilt geht

donne donner envoie envoyer prend prendre vient venir fait faire besoin appelle encore longtemps temps nom maintenant

da dar dan envía enviar envían viene venir hace hacer necesita sigue siguen pasa tiempo nombre ahora todavía hoy

daje dają dać wysyła bierze potrzebuje dzieje dostanie mamy nazywa długo czas teraz dziś wszystko

дає дають дати дали дасть надає постачає постачати відбувається працює треба зараз сьогодні довго час досі всі

даёт дают дать дали поставляет происходит работает надо сейчас сегодня долго время всё все
"""

_ASKING = {
    "why": "why y warum wieso weshalb pourquoi porqué porque dlaczego czemu чому навіщо почему зачем",
    "when": "when date wann datum quand cuándo cuando kiedy коли когда",
    "where": "where wo wohin où dónde donde gdzie де где куда куди",
    "who": "who whos wer wen wem quién quien kto хто кто",
    "many": "many much number count amount wieviel wieviele viele combien cuántos cuántas cuanto cuánto ile liczba "
    "скільки сколько",
}

# One thing under several names that share no beginning.
SAME_WORDS: Mapping[str, str] = {
    word: words_of(meant)[0]
    for meant, words in {"us": "usa america american americans", "headquarters": "hq"}.items()
    for word in words_of(words)
}

# Words that ask, by what they ask for; they tell questions about one thing apart.
ASKING_WORDS: Mapping[str, str] = {word: kind for kind, words in _ASKING.items() for word in words_of(words)}
SMALL_WORDS = (
    frozenset(word for line in (_SMALL + _LIGHT).splitlines() for word in words_of(line)) - ASKING_WORDS.keys()
)
