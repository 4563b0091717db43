"""Figures and pictures as people ask for them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import parts_of, text_of
from tests.conftest import World, open_world, settings_for

MEDIA_GALLERY = 12  # Discord's type of the component


def files_of(result: Any) -> list[str]:
    return [attachment.filename for attachment in result.response.attachments]


def galleries(result: Any) -> list[dict[str, Any]]:
    return [part for part in parts_of(result.response) if part["type"] == MEDIA_GALLERY]


async def with_picture(world: World, command: str, **options: Any) -> Any:
    """Ask until the picture is there at once, for at most 30 s."""
    async with asyncio.timeout(30):
        while True:
            result = await world.member.slash(world.channel, command, **options)
            if files_of(result) and "follows in a moment" not in text_of(result.response):
                return result
            await asyncio.sleep(0.2)


@pytest.fixture
def without_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for an installation without the extra ``charts``."""
    monkeypatch.setattr("bot.app.can_draw", lambda: False)


@pytest.fixture
async def plain_world(tmp_path: Path, without_drawing: None) -> AsyncIterator[World]:
    async with open_world(settings_for(tmp_path)) as world:
        yield world


@pytest.mark.parametrize("name", ["Poland", "Польща", "polen", "PL"])
async def test_a_donor_is_found_in_any_language(plain_world: World, name: str) -> None:
    """The card has totals by kind, the share of GDP, the place among countries and the years."""
    result = await plain_world.member.slash(plain_world.channel, "aid", donor=name)

    text = text_of(result.response)
    assert "🇵🇱 Poland" in text
    assert "**All kinds** EUR 5.89 billion" in text
    assert "11th of 41 countries" in text
    assert "**Share of GDP**" in text
    assert "2022 3.1" in text


async def test_a_kind_narrows_a_donor_and_ranks_all(plain_world: World) -> None:
    """EU institutions are shown apart, not ranked with countries."""
    one = await plain_world.member.slash(plain_world.channel, "aid", donor="Germany", kind="military")
    ranking = await plain_world.member.slash(plain_world.channel, "aid", kind="military")

    assert "**Military** EUR 24.90 billion" in text_of(one.response)
    assert "**Financial**" not in text_of(one.response)
    text = text_of(ranking.response)
    assert "1. 🇺🇸 United States **64.6**" in text
    assert text.index("Not ranked with them") < text.index("EU (Commission and Council)")


async def test_a_member_s_card_has_its_sources(plain_world: World) -> None:
    """Each figure with its basis, its day and where it is from."""
    result = await plain_world.member.slash(plain_world.channel, "members", country="Latvia")
    assert result.response is not None
    sources = await plain_world.member.click(result.response, label="Sources")

    text = text_of(result.response)
    assert "**Member since** 29 March 2004" in text
    assert "NATO annual report 2025" in text
    assert "Hosts one led by Canada" in text
    assert "🇱🇻 Latvia" in text_of(sources.response)
    assert sources.ephemeral


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("aid", {"donor": "Atlantis"}, "no such donor"),
        ("members", {"country": "Ireland"}, "no such member"),
        ("aid", {"kind": "moral"}, "`military`"),
        ("aid", {"chart": "pie"}, "no such picture"),
        ("timeline", {"year": 2022, "until": 2014}, "ends before it begins"),
    ],
)
async def test_what_there_is_not_is_said_privately(
    plain_world: World, command: str, options: dict[str, Any], words: str
) -> None:
    """The sentence says what there is instead."""
    result = await plain_world.member.slash(plain_world.channel, command, **options)

    assert result.ephemeral
    assert words in text_of(result.response)


async def test_without_the_extra_a_picture_is_told_in_words(plain_world: World) -> None:
    """Every figure of the picture stands in the card."""
    result = await plain_world.member.slash(plain_world.channel, "aid", chart="share-of-gdp")

    text = text_of(result.response)
    assert files_of(result) == []
    assert "**Denmark** 3.46" in text
    assert "shows no pictures" in text


async def test_a_picture_comes_with_its_words(tmp_path: Path) -> None:
    """Once drawn it comes with the card; before, the card comes first and the picture follows."""
    pytest.importorskip("vl_convert")
    async with open_world(settings_for(tmp_path)) as world:
        first = await world.member.slash(world.channel, "aid", chart="largest-donors")
        later = await with_picture(world, "aid", chart="largest-donors")

    assert first.acknowledged
    assert files_of(later) == ["picture.png"]
    assert "Denmark **" not in text_of(later.response)
    (gallery,) = galleries(later)
    assert "United States 115.4" in gallery["items"][0]["description"]


async def test_the_menu_opens_a_picture_and_leaves_it(tmp_path: Path) -> None:
    """Turning to a section takes the picture away again."""
    pytest.importorskip("vl_convert")
    async with open_world(settings_for(tmp_path)) as world:
        await with_picture(world, "eastern-flank", chart="map-battlegroups")
        card = (await world.member.slash(world.channel, "eastern-flank")).response
        assert card is not None
        opened = len(galleries(await world.member.select(card, values=["chart/map-battlegroups"])))
        left = len(galleries(await world.member.select(card, values=["battlegroups"])))

    assert (opened, left) == (1, 0)


async def test_a_stretch_of_the_timeline_as_a_picture(plain_world: World) -> None:
    """A span of years is told in words where nothing can be drawn."""
    result = await plain_world.member.slash(
        plain_world.channel, "timeline", topic="membership", year=2014, until=2022, picture=True
    )

    text = text_of(result.response)
    assert "2014 to 2022" in text
    assert "30 September 2022" in text
    assert "2023" not in text.split("Edition")[0]
