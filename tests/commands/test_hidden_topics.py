"""Topics that a server hides: shown, listed, offered and found nowhere in it."""

from pathlib import Path

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from bot.knowledge.models import Knowledge
from tests.commands import panel as on
from tests.commands.panel import card_of, chosen, decided, menu_of, opened
from tests.commands.reading import custom_id_of, labels_of, text_of
from tests.conftest import World, open_world, settings_for
from tests.factories import make_topic, write_pack

SHARE = "Show to everyone"
HIDDEN = "chose not to show that topic"
PAGES, TOPICS = "Read more about…", "Open a topic…"


async def test_a_hidden_topic_s_command_says_so_privately(world: World) -> None:
    """The command stays registered; using it here gets a private sentence and the way to what there is."""
    await decided(world, on.HIDE, "aid")

    result = await world.member.slash(world.channel, "aid")

    assert result.ephemeral
    assert HIDDEN in text_of(result.response)
    assert "`/topics`" in text_of(result.response)


async def test_a_hidden_topic_is_listed_nowhere(world: World, real_pack: Knowledge) -> None:
    """Not in /topics, nor on its menu, nor on other topics' related buttons, nor where somebody types."""
    neighbour = next(topic for topic in real_pack.topics.values() if "aid" in topic.related)
    title = real_pack.topics["aid"].title
    before = await card_of(world, neighbour.command.name)
    await decided(world, on.HIDE, "aid")

    topics = await card_of(world, "topics")
    after = await card_of(world, neighbour.command.name)
    sections = await world.member.autocomplete(world.channel, "aid", "section", "")
    filters = await world.member.autocomplete(world.channel, "timeline", "topic", "aid")
    questions = await world.member.autocomplete(world.channel, "ask", "question", "")

    assert title in labels_of(before)
    assert title not in labels_of(after)
    assert "`/aid`" not in text_of(topics)
    assert "aid" not in {option["value"] for option in menu_of(topics, TOPICS)["options"]}
    assert sections == []
    assert "aid" not in {choice["value"] for choice in filters}
    assert title not in {choice["value"] for choice in questions}


async def test_a_hidden_topic_is_not_offered_after_a_restart(tmp_path: Path) -> None:
    """Also when typing is the first thing that happens in a server."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        await decided(world, on.HIDE, "aid")
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            filters = await world.member.autocomplete(world.channel, "timeline", "topic", "aid")

    assert "aid" not in {choice["value"] for choice in filters}


async def test_old_cards_lead_to_no_hidden_topic(world: World, real_pack: Knowledge) -> None:
    """Buttons and menus that were sent before say what the command says."""
    neighbour = next(topic for topic in real_pack.topics.values() if "aid" in topic.related)
    list_, near, own, mine = (
        await card_of(world, "topics"),
        await card_of(world, neighbour.command.name),
        await card_of(world, "aid"),
        await card_of(world, "aid", private=True),
    )
    await decided(world, on.HIDE, "aid")

    results = [
        await world.member.select(list_, ["aid"], custom_id=custom_id_of(list_, TOPICS)),
        await world.member.click(near, label=real_pack.topics["aid"].title),
        await world.member.select(own, ["overview"], custom_id=custom_id_of(own, PAGES)),
        await world.member.click(own, label="Sources"),
        await world.member.click(mine, label=SHARE),
    ]

    for result in results:
        assert result.ephemeral
        assert HIDDEN in text_of(result.response)


async def test_the_timeline_leaves_hidden_topics_out(world: World, real_pack: Knowledge) -> None:
    """Neither as a filter nor among all events."""
    event = next(event for event in real_pack.timeline if event.topic == "aid")
    before = await card_of(world, "timeline", year=event.year)
    await decided(world, on.HIDE, "aid")

    filtered = await world.member.slash(world.channel, "timeline", topic="aid")
    after = await card_of(world, "timeline", year=event.year)

    assert text_of(before) != text_of(after)
    assert event.text not in text_of(after)
    assert filtered.ephemeral
    assert HIDDEN in text_of(filtered.response)


async def test_asking_about_a_hidden_topic_says_so(world: World, real_pack: Knowledge) -> None:
    """/ask finds it and tells the asker, privately, that it is not shown here."""
    question = real_pack.topics["aid"].asks[0]
    await decided(world, on.HIDE, "aid")

    result = await world.member.slash(world.channel, "ask", question=question)

    assert result.ephemeral
    assert HIDDEN in text_of(result.response)


async def test_checking_a_message_about_a_hidden_topic_shows_nothing_of_it(world: World, real_pack: Knowledge) -> None:
    """“Check the facts” has no way around it either."""
    topic = real_pack.topics["aid"]
    said = await world.other.send(world.channel, topic.asks[0])
    await decided(world, on.HIDE, "aid")

    result = await world.member.context_menu(world.channel, "Check the facts", said)

    assert result.ephemeral
    assert topic.title not in text_of(result.response)
    assert topic.title not in labels_of(result.response)


async def test_what_was_hidden_comes_back(world: World) -> None:
    """Showing the topic again takes effect at once, on old cards too."""
    card = await card_of(world, "aid")
    await decided(world, on.HIDE, "aid")
    await decided(world, on.HIDE)

    result = await world.member.click(card, label="Sources")

    assert "Sources" in text_of(result.response)
    assert "`/aid`" in text_of(await card_of(world, "topics"))


async def test_an_edition_that_has_only_hidden_topics_left_still_has_a_panel(tmp_path: Path) -> None:
    """Topics that go with an edition cannot lock admins out of the panel."""
    names = ("bridge", "tunnel", "ferry")
    pack = write_pack(tmp_path / "pack", *(make_topic(name) for name in names))
    settings = settings_for(tmp_path, pack)
    async with open_world(settings) as world:
        await decided(world, on.HIDE, "bridge", "tunnel")
        (pack / "topics" / "ferry.yaml").unlink()
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            panel = await opened(world)
            menu = menu_of(panel, on.HIDE)
            result = await world.member.slash(world.channel, "bridge")
            text = await chosen(world, panel, on.HIDE, ["tunnel"])

    assert sum(option.get("default", False) for option in menu["options"]) <= menu["max_values"]
    assert "The bridge stands" in text_of(result.response)
    assert "**Hidden topics**: `tunnel`" in text
