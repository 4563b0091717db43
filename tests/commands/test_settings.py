"""/settings panel, as admins use it: what it shows, and what each control changes."""

from pathlib import Path

import discord
import pytest

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from tests.commands import panel as on
from tests.commands.panel import chosen, decided, menu_of, noted, opened, pressed, standing_in, used
from tests.commands.reading import custom_id_of, text_of
from tests.conftest import World, open_world, settings_for


async def test_the_panel_opens_privately_and_says_how_things_stand(world: World) -> None:
    """An admin reads the present state in words before changing anything."""
    result = await world.admin.slash(world.channel, "settings panel")

    assert result.ephemeral
    text = text_of(result.response)
    assert "**Answers** are shown to everyone" in text
    assert "**Always private** in no channel" in text
    assert "follows the member" in text
    assert "**Hidden topics**: none" in text
    assert "**Your own note above answers**: none" in text
    assert "**News of each edition**: not posted" in text
    assert "are kept as text" in text


async def test_nobody_else_is_offered_the_command(world: World) -> None:
    """Discord shows /settings to those who may manage the server, and only in servers."""
    assert not [name for name in world.member.available_commands(world.channel) if name.startswith("settings")]
    assert [name for name in world.admin.available_commands(world.channel) if name.startswith("settings")]
    assert not [name for name in world.admin.user.available_commands() if name.startswith("settings")]


async def test_it_is_there_without_administrator_rights(world: World) -> None:
    """“Manage Server” is enough."""
    role = world.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    manager = world.guild.add_member(world.env.create_user("manager"), roles=[role])

    assert "How the bot speaks" in text_of(await opened(world, manager))


CONTROLS: list[tuple[str, list[str], str]] = [
    (on.ANSWERS, ["private"], "Answers in this server: shown to everyone → shown only to the person who asked"),
    (on.LANGUAGE, ["en"], "Language: follows the member → English"),
    (on.HIDE, ["aid", "stance"], "Hidden topics: none → `stance`, `aid`"),
    (on.TEXTS, ["false"], "Questions without an answer: kept as text → never kept as text"),
]


@pytest.mark.parametrize(("control", "values", "said"), CONTROLS, ids=["answers", "language", "hidden", "texts"])
async def test_a_choice_changes_that_and_says_so(world: World, control: str, values: list[str], said: str) -> None:
    """What was chosen is saved at once; the panel says from what to what, and nothing else changed."""
    panel = await opened(world)

    text = await chosen(world, panel, control, values)
    history = await pressed(world, panel, "History")

    assert f"**Saved.** {said}" in text
    assert history.count("\n- ") == 1
    assert said in history


async def test_channels_and_roles_are_chosen_with_discord_s_own_pickers(world: World) -> None:
    """Each picker changes its list, is shown with what is chosen, and can be emptied again."""
    staff = world.guild.create_text_channel("staff")
    helpers = world.guild.create_role("Helpers")
    panel = await opened(world)

    private = await chosen(world, panel, on.PRIVATE, [staff])
    sharers = await chosen(world, panel, on.SHARERS, [helpers])
    news = await chosen(world, panel, on.NEWS, [world.channel])
    emptied = await chosen(world, panel, on.NEWS, [])

    assert f"Channels with private answers: no channel → <#{staff.id}>" in private
    assert f"Roles that may show a private answer to everyone: none → <@&{helpers.id}>" in sharers
    assert f"Channel for edition news: not posted → posted in <#{world.channel.id}>" in news
    assert f"Channel for edition news: posted in <#{world.channel.id}> → not posted" in emptied
    defaults = {name: menu_of(panel, name).get("default_values") or [] for name in (on.PRIVATE, on.SHARERS, on.NEWS)}
    assert [int(entry["id"]) for entry in defaults[on.PRIVATE]] == [staff.id]
    assert [int(entry["id"]) for entry in defaults[on.SHARERS]] == [helpers.id]
    assert defaults[on.NEWS] == []


async def test_a_channel_has_one_rule(world: World) -> None:
    """Choosing a channel in one list takes it out of the other."""
    panel = await opened(world)
    await chosen(world, panel, on.PRIVATE, [world.channel])

    text = await chosen(world, panel, on.PUBLIC, [world.channel])

    assert "**Always private** in no channel" in text
    assert f"**Always public** in <#{world.channel.id}>" in text


async def test_as_many_channels_as_discord_s_picker_allows(world: World) -> None:
    """25 channels can be chosen, and the panel still opens and names the first of them."""
    channels = [world.guild.create_text_channel(f"room-{n}") for n in range(25)]
    panel = await opened(world)

    text = await chosen(world, panel, on.PRIVATE, channels)
    again = await opened(world)

    assert "and 19 more" in text
    assert f"<#{channels[0].id}>" in text_of(again)


async def test_choosing_what_already_holds_is_no_change(tmp_path: Path) -> None:
    """Nothing is written for it, and the panel says that it is so already."""
    async with open_world(settings_for(tmp_path)) as world:
        text = await chosen(world, await opened(world), on.ANSWERS, ["public"])

    assert "**Nothing to change.**" in text
    assert on.trail(tmp_path) == []


async def test_a_note_is_written_in_a_form_and_removed_by_emptying_it(world: World) -> None:
    """The form is filled with the note that stands; left empty, the note goes."""
    panel = await opened(world)

    saved = await noted(world, panel, "all", "Rules: see <#1>.\nBe kind.")
    form = await world.admin.select(panel, ["all"], custom_id=custom_id_of(panel, on.NOTE))
    await on.submitted(world.admin, form, "")
    emptied = text_of(panel)
    again = await world.admin.select(panel, ["all"], custom_id=custom_id_of(panel, on.NOTE))

    assert "Note above every answer: none → “Rules: see <#1>. Be kind.”" in saved
    assert standing_in(form) == "Rules: see <#1>.\nBe kind."
    assert "“Rules: see <#1>. Be kind.” → none" in emptied
    assert "**Your own note above answers**: none" in emptied
    assert standing_in(again) == ""


async def test_a_topic_s_note_is_its_own(world: World) -> None:
    """The form of a topic's note says which topic, and leaves the note above every answer alone."""
    panel = await opened(world)
    await noted(world, panel, "all", "For all.")

    form = await world.admin.select(panel, ["aid"], custom_id=custom_id_of(panel, on.NOTE))
    await on.submitted(world.admin, form, "Only here.")

    assert form.modal is not None
    assert form.modal["title"].startswith("Note above ")
    assert "Note above answers about `aid`: none → “Only here.”" in text_of(panel)
    assert "- every answer: For all." in text_of(panel)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a\nb\nc\nd\ne\nf", "longer than five lines"), ("safe\u202etxt", "invisible character")],
    ids=["six lines", "turned around"],
)
async def test_a_note_that_could_pass_for_an_answer_is_refused(world: World, text: str, reason: str) -> None:
    """The admin reads why, nothing is changed, and the way back to the panel is one press."""
    panel = await opened(world)

    said = await noted(world, panel, "all", text)
    back = await pressed(world, panel, on.BACK)

    assert "**Nothing was changed.**" in said
    assert reason in said
    assert "You wrote:" in said
    assert "**Your own note above answers**: none" in back


async def test_panel_form_and_history_work_after_a_restart(tmp_path: Path) -> None:
    """Whatever was open when the bot was restarted goes on as if nothing had happened."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        panel, other, history = await opened(world), await opened(world), await used(world, "history")
        form = await world.admin.select(panel, ["all"], custom_id=custom_id_of(panel, on.NOTE))
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            await on.submitted(world.admin, form, "Written before.")
            answers = await chosen(world, other, on.ANSWERS, ["private"])
            back = await pressed(world, history, on.BACK)

    assert "Note above every answer: none → “Written before.”" in text_of(panel)
    assert "**Saved.** Answers in this server" in answers
    assert "Written before." in back


async def test_settings_outlive_the_bot(tmp_path: Path) -> None:
    """A restarted bot answers as it was told before."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        await decided(world, on.ANSWERS, "private")
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            result = await world.member.slash(world.channel, "article5")

            assert result.ephemeral


async def test_using_the_panel_leaves_nothing_behind(tmp_path: Path) -> None:
    """It is no question that the log should know of, and the client keeps no view per message."""
    async with open_world(settings_for(tmp_path)) as world:
        panel = await opened(world)
        await chosen(world, panel, on.ANSWERS, ["private"])
        await noted(world, panel, "all", "Be kind.")
        await used(world, "check")
        views = world.bot.client._connection._view_store

        assert views._views == {}
        assert views._synced_message_views == {}
    assert on.rows(tmp_path, "SELECT * FROM queries") == []


async def test_one_server_s_settings_are_not_another_s(world: World) -> None:
    """Each server decides for itself, and sees only its own history."""
    elsewhere = world.env.create_guild(name="Elsewhere")
    room = elsewhere.create_text_channel("room")
    boss = elsewhere.create_role("Boss", permissions=discord.Permissions(manage_guild=True))
    admin = elsewhere.add_member(world.env.create_user("boss"), roles=[boss])
    await decided(world, on.ANSWERS, "private")

    there = await admin.slash(room, "article5")
    panel = await opened(world, admin)
    history = await used(world, "history", admin)

    assert not there.ephemeral
    assert "**Answers** are shown to everyone" in text_of(panel)
    assert "Nothing was changed yet" in text_of(history)
