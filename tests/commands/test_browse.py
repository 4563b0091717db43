"""/topics, /glossary, /timeline, /about and /help."""

from bot.knowledge.models import Knowledge
from tests.commands.reading import custom_id_of, labels_of, text_of
from tests.conftest import World


async def test_topics_lists_every_command(world: World, real_pack: Knowledge) -> None:
    """Somebody who knows no topic finds them all in one place."""
    result = await world.member.slash(world.channel, "topics")

    assert all(f"`/{topic.command.name}`" in text_of(result.response) for topic in real_pack.topics.values())


async def test_a_topic_opens_from_the_list(world: World, real_pack: Knowledge) -> None:
    """The list's menu leads to a topic in place."""
    listed = await world.member.slash(world.channel, "topics")
    assert listed.response is not None

    menu = custom_id_of(listed.response, "Open a topic…")
    await world.member.select(listed.response, ["aid"], custom_id=menu)

    assert real_pack.topics["aid"].summary in text_of(listed.response)


async def test_the_glossary_explains_a_word(world: World) -> None:
    """A term shows its full name, its meaning and where to read on."""
    result = await world.member.slash(world.channel, "glossary", term="purl")

    assert "Prioritised Ukraine Requirements List" in text_of(result.response)
    assert labels_of(result.response)[0]


async def test_an_unknown_word_gets_suggestions_privately(world: World) -> None:
    """A slip of the pen is met with the nearest words."""
    result = await world.member.slash(world.channel, "glossary", term="battlegrup brigade")

    assert result.ephemeral
    assert "Battlegroup" in text_of(result.response)


async def test_words_are_suggested_while_typing(world: World) -> None:
    """Autocomplete knows abbreviations and full names."""
    choices = await world.member.autocomplete(world.channel, "glossary", "term", "prior")

    assert choices[0]["value"] == "PURL"


async def test_the_timeline_is_filtered_and_turned(world: World) -> None:
    """Filters narrow the events, and buttons turn the pages in place."""
    result = await world.member.slash(world.channel, "timeline", topic="aid")
    first = text_of(result.response)
    assert result.response is not None

    await world.member.click(result.response, label="Later")

    assert "Page 1 of" in first
    assert "Page 2 of" in text_of(result.response)


async def test_a_year_without_events_says_so(world: World) -> None:
    """An empty result is said in words."""
    result = await world.member.slash(world.channel, "timeline", topic="training", year=1950)

    assert "no event that fits" in text_of(result.response)


async def test_a_year_outside_the_timeline_is_answered_with_its_range(world: World) -> None:
    """A mistyped year is met with the years there are, privately."""
    result = await world.member.slash(world.channel, "timeline", year=1900)

    assert result.ephemeral
    assert "1949" in text_of(result.response)


async def test_timeline_filters_are_suggested(world: World) -> None:
    """Autocomplete offers topics and the years that have events."""
    topics = await world.member.autocomplete(world.channel, "timeline", "topic", "fla")
    years = await world.member.autocomplete(world.channel, "timeline", "year", "202")

    assert topics[0]["value"] == "eastern-flank"
    assert all(2020 <= choice["value"] <= 2029 for choice in years)


async def test_about_names_edition_sources_privacy_and_version(world: World, real_pack: Knowledge) -> None:
    """Whoever doubts the bot can see what it rests on."""
    text = text_of((await world.member.slash(world.channel, "about")).response)

    assert real_pack.fingerprint in text
    assert f"{len(real_pack.sources)}" in text
    assert "pseudonym" in text
    assert "**Version** 0." in text
    assert "has not set a link to the code" in text


async def test_help_explains_the_kinds(world: World) -> None:
    """A reader learns what stands under each sentence."""
    text = text_of((await world.member.slash(world.channel, "help")).response)

    assert "Hypothetical" in text
    assert "never a forecast" in text
