"""/settings and those who may not, what is gone, and ids of other versions."""

from pathlib import Path

import pytest
import simcord

from bot.rendering.panel_ids import PanelAction, PanelPress
from tests.commands import panel as on
from tests.commands.panel import (
    NOTHING,
    answer_of,
    chosen,
    forged,
    forged_press,
    form_of,
    manager_in,
    noted,
    opened,
    pressed,
)
from tests.commands.reading import custom_id_of, parts_of, text_of
from tests.conftest import World, open_world, settings_for

REFUSED = "Only members who may manage this server"
SECRET = "Our helpline is 555."


async def secret_panel(world: World) -> simcord.ResponseMessage:
    panel = await opened(world)
    await noted(world, panel, "all", SECRET)
    return panel


def is_refused(result: simcord.InteractionResult) -> bool:
    text = text_of(answer_of(result))
    return REFUSED in text and SECRET not in text


async def test_a_member_who_presses_the_admin_s_panel_is_refused(tmp_path: Path) -> None:
    """An interaction that Discord's client would never send changes nothing and shows nothing."""
    async with open_world(settings_for(tmp_path)) as world:
        panel = await secret_panel(world)
        before = text_of(panel)
        for action in PanelAction:
            press = PanelPress(action=action, version=1, argument="1")
            assert is_refused(await forged_press(world.member, panel, press.custom_id(), ["private"])), action

        assert text_of(panel) == before
    assert on.trail(tmp_path) == [1]


@pytest.mark.parametrize("subcommand", ["panel", "history", "check", "export", "reset"])
async def test_a_member_who_forges_the_command_is_refused(world: World, subcommand: str) -> None:
    """The permission is checked by the bot itself, not only by Discord's menus."""
    await secret_panel(world)
    root = next(command for command in world.env.backend.commands[None].values() if command["name"] == "settings")
    data = {"id": root["id"], "name": "settings", "type": 1, "options": [{"name": subcommand, "type": 1}]}

    assert is_refused(await forged(world.member, 2, world.channel, data))


async def test_a_member_who_forges_the_form_is_refused(tmp_path: Path) -> None:
    """A note cannot be written past the panel."""
    async with open_world(settings_for(tmp_path)) as world:
        await secret_panel(world)
        assert is_refused(await forged(world.member, 5, world.channel, form_of("g1:text:1:", "Mine now.")))
    assert on.trail(tmp_path) == [1]


async def test_a_permission_that_was_taken_is_gone_from_open_panels_and_forms(tmp_path: Path) -> None:
    """Who may no longer manage the server can do nothing with what is still open."""
    async with open_world(settings_for(tmp_path)) as world:
        manager, role = manager_in(world)
        panel = await opened(world, manager)
        form = await manager.select(panel, ["all"], custom_id=custom_id_of(panel, on.NOTE))
        world.env.backend.remove_member_role(world.guild.id, manager.id, role.id)

        results = [
            await manager.select(panel, ["private"], custom_id=custom_id_of(panel, on.ANSWERS)),
            await manager.click(panel, label="History"),
            await on.submitted(manager, form, "Late."),
        ]

        assert all(is_refused(result) for result in results)
    assert on.trail(tmp_path) == []


async def test_a_channel_deleted_while_the_panel_is_open(world: World) -> None:
    """The panel goes on working; choosing the dead channel does no harm, and the check names it."""
    gone = world.guild.create_text_channel("gone")
    panel = await opened(world)
    await chosen(world, panel, on.PRIVATE, [gone])
    world.env.backend.delete_channel(gone.id)

    text = await chosen(world, panel, on.TEXTS, ["false"])
    result = await forged_press(world.admin, panel, custom_id_of(panel, on.NEWS), [str(gone.id)])
    check = await pressed(world, panel, "Check")

    assert "**Saved.**" in text
    assert result.acknowledged
    assert f"<#{gone.id}> ({gone.id}) has a rule, but no longer exists" in check
    assert f"The channel for edition news ({gone.id}) no longer exists" in check


@pytest.mark.parametrize(
    ("custom_id", "said"),
    [
        ("g0:ans:0:", "belongs to an older version"),
        ("g2:ans:0:x:y", "belongs to an older version"),
        ("g1:nonsense", "belongs to an older version"),
        ("g1:ans:x:", "belongs to an older version"),
        ("g1:zap:0:", "belongs to an older version"),
        ("g1:ans:0:", NOTHING),  # a value that no menu offers
        ("g1:imp:0:x", "belongs to an older version"),
        (f"g1:imp:0:{9**40}", "belongs to an older version"),
        ("g1:hist:0:x", "belongs to an older version"),
    ],
)
async def test_an_id_that_no_panel_of_this_version_carries(tmp_path: Path, custom_id: str, said: str) -> None:
    """It is answered in words, changes nothing, and is no fault of ours in the log."""
    async with open_world(settings_for(tmp_path)) as world:
        panel = await opened(world)
        result = await forged_press(world.admin, panel, custom_id, ["sideways"])

        assert result.acknowledged
        assert said in text_of(result.response) + text_of(panel)
    assert on.trail(tmp_path) == []


async def test_a_form_of_another_version_is_answered(world: World) -> None:
    """What was written into a form that an older version sent does not vanish in silence."""
    result = await forged(world.admin, 5, world.channel, form_of("g0:text:", "Hello."))

    assert "belongs to an older version" in text_of(answer_of(result))


async def test_a_channel_that_discord_refuses_to_show_as_chosen_does_not_lock_the_panel(world: World) -> None:
    """Should Discord refuse the panel because of a channel or role that is gone, it opens with nothing chosen."""
    await chosen(world, await opened(world), on.PRIVATE, [world.channel])
    route = "/webhooks/*/messages/@original"
    world.env.inject_error("PATCH", route, status=400, code=50035, message="Invalid Form Body", times=1)

    panel = await opened(world)

    assert f"**Always private** in <#{world.channel.id}>" in text_of(panel)
    assert not any(part.get("default_values") for part in parts_of(panel) if part["type"] == 8)
