"""The topic commands, as members use them in a server."""

from pathlib import Path

import pytest

from bot.knowledge.models import Knowledge
from tests.commands.reading import labels_of, text_of
from tests.conftest import World, open_world, settings_for
from tests.factories import make_topic, write_pack
from tests.knowledge.test_pack import TOPICS


@pytest.mark.parametrize("topic_id", TOPICS)
async def test_every_topic_answers(world: World, real_pack: Knowledge, topic_id: str) -> None:
    """Each of the twelve commands shows its topic to everyone in the channel."""
    result = await world.member.slash(world.channel, topic_id)

    assert not result.ephemeral
    assert real_pack.topics[topic_id].summary in text_of(result.response)


async def test_a_section_opens_directly(world: World) -> None:
    """The section option leads straight to one part."""
    result = await world.member.slash(world.channel, "article5", section="ukraine")

    assert "Does it cover Ukraine?" in text_of(result.response)


async def test_a_private_answer_is_for_the_asker_only(world: World) -> None:
    """With private on, nobody else sees the answer."""
    result = await world.member.slash(world.channel, "article5", private=True)

    assert result.ephemeral
    assert "Show to everyone" in labels_of(result.response)


async def test_an_unknown_section_typed_by_hand_gets_the_list_privately(world: World) -> None:
    """A mistyped section is answered with the sections there are, without bothering the channel."""
    result = await world.member.slash(world.channel, "article5", section="no such thing @everyone")

    assert result.ephemeral
    assert "Does it cover Ukraine?" in text_of(result.response)
    assert "@everyone" not in text_of(result.response)


async def test_sections_are_suggested_while_typing(world: World) -> None:
    """Autocomplete offers titles and passes ids."""
    choices = await world.member.autocomplete(world.channel, "article5", "section", "ukr")

    assert choices[0] == {"name": "Does it cover Ukraine?", "value": "ukraine"}


async def test_topics_answer_in_direct_messages(world: World) -> None:
    """Nothing about an answer needs a server."""
    result = await world.member.user.slash("article5")

    assert "Article 5" in text_of(result.response)


async def test_a_new_file_is_a_new_command(tmp_path: Path) -> None:
    """A maintainer adds a YAML file and gets a command, without touching Python."""
    pack = write_pack(tmp_path / "pack", make_topic("bridge"), make_topic("tunnel"))

    async with open_world(settings_for(tmp_path, pack)) as world:
        result = await world.member.slash(world.channel, "tunnel")

        assert "The tunnel stands" in text_of(result.response)


async def test_an_edit_shows_in_the_next_answer(tmp_path: Path) -> None:
    """The pack is reloaded while the bot runs; a broken edit changes nothing."""
    pack = write_pack(tmp_path / "pack")

    async with open_world(settings_for(tmp_path, pack)) as world:
        write_pack(pack, make_topic(summary="The bridge is closed for repair."))
        await world.bot.library.reload()
        edited = await world.member.slash(world.channel, "bridge")
        (pack / "topics" / "bridge.yaml").write_text("id: bridge\nid: again\n")
        await world.bot.library.reload()
        after_mistake = await world.member.slash(world.channel, "bridge")

        assert "closed for repair" in text_of(edited.response)
        assert "closed for repair" in text_of(after_mistake.response)


async def test_commands_are_offered_in_servers_messages_and_to_users(world: World) -> None:
    """Every command for members can be installed to a server or to a user, and works in direct messages."""
    commands = [command for command in world.env.backend.commands[None].values() if command["name"] != "settings"]

    assert len(commands) >= 17
    for command in commands:
        assert sorted(command["integration_types"]) == [0, 1], command["name"]
        assert sorted(command["contexts"]) == [0, 1, 2], command["name"]
