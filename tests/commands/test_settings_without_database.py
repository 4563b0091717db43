"""/settings while the database is locked or gone: every use is answered, and nothing is half applied."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import simcord

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from bot.rendering.panel_ids import PanelAction, PanelPress
from tests.commands import panel as on
from tests.commands.panel import (
    NOTHING,
    chosen,
    forged_press,
    noted,
    opened,
    pressed,
    used,
)
from tests.commands.reading import custom_id_of, labels_of, text_of
from tests.conftest import World, open_world, settings_for


@contextmanager
def impatient() -> Iterator[None]:
    """Let nothing wait for a database that does not come back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.servers.editor.PATIENCE", 0)
        yield


@asynccontextmanager
async def locked(folder: Path) -> AsyncIterator[None]:
    """Hold the write lock of the database, as another process or a backup would, for longer than the bot waits."""
    async with on.write_lock(folder):
        with impatient():
            yield


CHOICES: list[tuple[str, list[str]]] = [
    (on.ANSWERS, ["public"]),
    (on.PRIVATE, []),
    (on.PUBLIC, ["general"]),
    (on.SHARERS, ["Admins"]),
    (on.LANGUAGE, ["en"]),
    (on.HIDE, ["aid"]),
    (on.NEWS, ["general"]),
    (on.TEXTS, ["false"]),
]


async def chosen_by_name(world: World, panel: simcord.ResponseMessage, control: str, values: list[str]) -> str:
    handles = {**world.guild.channels, **world.guild.roles}
    return await chosen(world, panel, control, [handles.get(value, value) for value in values])


@pytest.mark.parametrize(("control", "values"), CHOICES, ids=[control for control, _ in CHOICES])
async def test_a_choice_while_the_database_is_locked(tmp_path: Path, control: str, values: list[str]) -> None:
    """It is said not to be saved, everything stays as it was, and the same press works afterwards."""
    async with open_world(settings_for(tmp_path)) as world:
        panel = await opened(world)
        staff = world.guild.create_text_channel("staff")
        await chosen(world, panel, on.PRIVATE, [staff])
        await chosen(world, panel, on.ANSWERS, ["private"])
        async with locked(tmp_path):
            text = await chosen_by_name(world, panel, control, values)
            still = await world.member.slash(world.channel, "article5")
        trail = on.trail(tmp_path)
        await pressed(world, panel, on.BACK)
        after = await chosen_by_name(world, panel, control, values)

        assert "**Not saved.**" in text
        assert still.ephemeral
        assert trail == [1, 2]
        assert "**Saved.**" in after


async def test_the_form_undo_reset_and_import_while_the_database_is_locked(tmp_path: Path) -> None:
    """Whatever would write says that it did not; what was written into the form is given back."""
    async with open_world(settings_for(tmp_path)) as world:
        panel, other = await opened(world), await opened(world)
        await chosen(world, panel, on.TEXTS, ["false"])
        question = await used(world, "reset")
        async with locked(tmp_path):
            said = [
                await noted(world, other, "all", "Be kind."),
                await pressed(world, panel, on.UNDO),
                await pressed(world, question, "Reset everything"),
            ]
            imported = await used(world, "import", file=("s.yaml", b"answers: private\n"))

        assert all("**Not saved.**" in text for text in said)
        assert "> Be kind." in said[0]
        assert NOTHING in text_of(imported)
        assert "Apply" not in labels_of(imported)
    assert on.trail(tmp_path) == [1]


@asynccontextmanager
async def without_a_database(world: World, folder: Path) -> AsyncIterator[None]:
    """Restart the bot where its data folder cannot be made, because a file has its name."""
    (folder / "lost").mkdir()
    (folder / "lost" / "data").write_text("a file where the folder should be")
    async with open_bot(settings_for(folder / "lost"), command_sync=CommandSync()) as restarted:
        await world.env.restart_bot(restarted.client)
        with impatient(), pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.servers.registry.READ_PATIENCE", 0)
            patch.setattr("bot.query_log.RETRY_SECONDS", (60.0,))
            yield


async def test_every_use_of_the_panel_is_answered_while_the_database_is_gone(tmp_path: Path) -> None:
    """No press is left hanging, and none claims to have changed anything."""
    async with open_world(settings_for(tmp_path)) as world:
        panels = {action: await opened(world) for action in PanelAction}
        async with without_a_database(world, tmp_path):
            for action, panel in panels.items():
                press = PanelPress(action=action, version=1, argument="1")
                result = await forged_press(world.admin, panel, press.custom_id(), ["true"])

                said = "".join(text_of(message) for message in (panel, result.response, *result.followups) if message)
                assert result.acknowledged, action
                assert "cannot be reached at the moment" in said, action
                assert "**Not saved.**" in said or NOTHING in said, action


async def test_the_form_is_answered_while_the_database_is_gone(tmp_path: Path) -> None:
    """A form that was opened before it went gives back what was written into it."""
    async with open_world(settings_for(tmp_path)) as world:
        panel = await opened(world)
        form = await world.admin.select(panel, ["all"], custom_id=custom_id_of(panel, on.NOTE))
        async with without_a_database(world, tmp_path):
            await on.submitted(world.admin, form, "Be kind.")

    assert "**Not saved.**" in text_of(panel)
    assert "> Be kind." in text_of(panel)


@pytest.mark.parametrize("subcommand", ["panel", "history", "check", "export", "reset"])
async def test_every_subcommand_is_answered_while_the_database_is_gone(tmp_path: Path, subcommand: str) -> None:
    """The admin reads that the settings cannot be reached, not that something went wrong."""
    async with open_world(settings_for(tmp_path)) as world, without_a_database(world, tmp_path):
        message = await used(world, subcommand)

        assert "cannot be reached at the moment" in text_of(message)


async def test_answers_go_on_privately_while_the_database_is_gone(tmp_path: Path) -> None:
    """Nobody is refused an answer, nothing is shown to more people than the server may want, and it says why."""
    async with open_world(settings_for(tmp_path)) as world, without_a_database(world, tmp_path):
        result = await world.member.slash(world.channel, "article5")

        assert result.ephemeral
        assert "cannot be read at the moment" in text_of(result.response)
