"""Whatever Discord sends, it is answered once, or counted as what cannot be answered."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.receive import addressee
from bot.rendering import wording
from tests.fuzz.bot_under_fire import BotUnderFire
from tests.fuzz.budget import cases
from tests.fuzz.payloads import Change, changes, interactions

AT_ONCE = 20  # interactions of one example; each is a case


@cases(400)
@given(st.lists(st.tuples(interactions(), changes()), min_size=AT_ONCE, max_size=AT_ONCE))
def test_whatever_comes_is_answered_once_or_counted(
    bot: BotUnderFire, sent: list[tuple[dict[str, Any], list[Change]]]
) -> None:
    """Missing keys, other types, huge and odd values: the person gets one answer, or there was nobody to answer."""
    payloads = [bot.numbered(payload) for payload, _ in sent]
    for payload, (_, made) in zip(payloads, sent, strict=True):
        for change in made:
            change.make(payload)
    known = [found[0] for payload in payloads if (found := addressee(payload)) is not None]
    before = bot.unanswerable

    caught = bot.answer(payloads)

    assert {id_: caught.replies[id_] for id_ in known} == {id_: known.count(id_) for id_ in known}
    assert bot.unanswerable - before == len(payloads) - len(known)
    assert bot.stray == []
    assert bot.log_problem is None
    assert not any("Traceback" in text or "Error" in text for text in caught.texts)


@cases(150)
@given(st.lists(interactions(), min_size=AT_ONCE, max_size=AT_ONCE))
def test_what_discord_can_send_breaks_nothing(bot: BotUnderFire, sent: list[dict[str, Any]]) -> None:
    """Odd words, ids of other versions, menus without a choice: each gets an answer that is not an apology."""
    payloads = [bot.numbered(payload) for payload in sent]

    caught = bot.answer(payloads)

    assert sorted(caught.replies.values()) == [1] * AT_ONCE
    broken = [text for text in caught.texts if wording.SOMETHING_BROKE in text or wording.NOT_UNDERSTOOD in text]
    assert broken == []
