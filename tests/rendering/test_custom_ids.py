import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.custom_ids import Action, Press

ids = st.from_regex(r"[a-z0-9][a-z0-9-]{1,23}", fullmatch=True)


@given(st.sampled_from(Action), ids, ids, st.integers(min_value=0, max_value=2**63 - 1))
def test_an_id_survives_the_way_to_discord_and_back(action: Action, topic: str, page: str, owner: int) -> None:
    """What a component was made for is read from its id unchanged, within Discord's 100 characters."""
    press = Press(action=action, topic=topic, page=page, owner=owner)

    assert Press.parse(press.custom_id()) == press
    assert len(press.custom_id()) <= 100


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        "k1",
        "k0:sec:article5::1",
        "k2:sec:article5::1",
        "k1:zap:article5::1",
        "k1:sec:article5::x",
        "k1:sec:a:b:c:1",
    ],
)
def test_an_id_of_another_version_is_not_guessed_at(custom_id: str) -> None:
    """Ids we did not mint in this version are recognised as such."""
    assert Press.parse(custom_id) is None


def test_choosing_in_a_menu_completes_the_press() -> None:
    """The value of a menu becomes the page or the topic; the overview has a value of its own."""
    pages, topics = Press(action=Action.PAGE, topic="aid", owner=1), Press(action=Action.PICK, owner=1)

    assert pages.choosing("donors").page == "donors"
    assert pages.choosing("overview").page == ""
    assert topics.choosing("aid").topic == "aid"
