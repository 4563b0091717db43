"""
The settings panel: shows the state and changes it where it is pressed.

Each press is acknowledged first and carried out then, so that a database that is slow or gone never leaves an admin
without an answer. Nothing is kept between presses; what a press needs stands in its id.
"""

from collections.abc import Sequence
from typing import Any, cast

import discord

from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.replies import Replies
from bot.commands.settings_edits import edit_of
from bot.errors import UserError
from bot.knowledge.editions import Library
from bot.rendering import wording
from bot.rendering.forms import form_text, text_form
from bot.rendering.panel import Panel
from bot.rendering.panel_ids import PanelAction, PanelPress
from bot.rendering.settings import EVERY_ANSWER, NOTE_HELP, NOTE_LABEL, notice_panel, settings_panel
from bot.rendering.settings_pages import HISTORY_PAGE, findings_panel, history_panel
from bot.rendering.settings_words import overtaken_notice, saved_notice
from bot.servers.editor import Edit, OutOfReach, Overtaken, Saved, SettingsEditor
from bot.servers.models import CAREFUL, DEFAULTS, NOTE_LIMIT
from bot.servers.registry import Servers

INVALID_FORM = 50035  # Discord's code for a message that it refuses as it is


class NotAManager(UserError):
    """Somebody without the permission used the panel: it was taken from them, or the interaction is not genuine."""

    def __init__(self) -> None:
        super().__init__("Only members who may manage this server (“Manage Server”) can see and change its settings.")


class DraftGone(UserError):
    """An import was applied too late."""

    def __init__(self) -> None:
        super().__init__("**Nothing was changed.** This import is more than a day old. Please import the file again.")


def require_manager(interaction: AnyInteraction) -> int:
    """
    Return the id of the server whose settings the person may change.

    Raises:
        NotAManager: They may not; Discord does not offer them the command, but a permission can be taken at any time.
    """
    asker = asker_of(interaction)
    if asker.server is None or not asker.manages_server:
        raise NotAManager
    return asker.server


class SettingsPanel:
    """Answers what admins do with the settings of their server."""

    def __init__(self, library: Library, servers: Servers, editor: SettingsEditor, replies: Replies) -> None:
        self._library = library
        self._servers = servers
        self._editor = editor
        self._replies = replies

    async def handle(self, interaction: AnyInteraction, press: PanelPress | None, values: Sequence[str]) -> None:
        """
        Answer *press*; ``None`` stands for an id that no panel of this version carries.

        Raises:
            UserError: What was asked for cannot be done; the error says so.
        """
        if press is None or (press.action is PanelAction.NOTE and not values):
            await self._replies.tell(interaction, wording.OLD_PANEL)
            return
        guild_id = require_manager(interaction)
        if press.action is PanelAction.NOTE:
            await self._ask_for_note(interaction, guild_id, press, values)
            return
        await interaction.response.defer()
        try:
            await self._carry_out(interaction, guild_id, press, values)
        except Overtaken as error:
            notice = overtaken_notice(f"{error}{_lost(press, values)}", error.changes)
            await self._show(interaction, settings_panel(error.stored, self._library.current, notice=notice))
        except UserError as error:
            await self._show(interaction, notice_panel(f"{error}{_lost(press, values)}"))

    async def open(self, interaction: AnyInteraction, *, notice: str | None = None) -> None:
        """Show the settings as the store has them."""
        stored = await self._editor.read(require_manager(interaction))
        await self._show(interaction, settings_panel(stored, self._library.current, notice=notice))

    async def show_history(self, interaction: AnyInteraction, *, before: int | None) -> None:
        """Show a page of changes older than version *before*."""
        guild_id = require_manager(interaction)
        changes = await self._editor.history(guild_id, before=before, limit=HISTORY_PAGE + 1)
        await self._show(interaction, history_panel(changes[:HISTORY_PAGE], more=len(changes) > HISTORY_PAGE))

    async def show_findings(self, interaction: AnyInteraction) -> None:
        """Show what does not fit together."""
        from bot.commands.server_facts import server_facts  # a start does without
        from bot.servers.check import findings

        stored = await self._editor.read(require_manager(interaction))
        knowledge = self._library.current
        topics = {id_: topic.command.name for id_, topic in knowledge.topics.items()}
        facts = await server_facts(interaction)
        found = list(findings(stored.settings, facts, topics, knowledge.pack.languages))
        await self._show(interaction, findings_panel(found))

    async def submit_note(self, interaction: AnyInteraction, press: PanelPress | None) -> None:
        """Take what was written into the form of a note."""
        text = form_text(cast("dict[str, Any]", interaction.data or {}))
        await self.handle(interaction, press, (text,))

    async def _carry_out(
        self, interaction: AnyInteraction, guild_id: int, press: PanelPress, values: Sequence[str]
    ) -> None:
        match press.action:
            case PanelAction.OPEN:
                await self.open(interaction)
            case PanelAction.HISTORY:
                await self.show_history(interaction, before=press.number)
            case PanelAction.CHECK:
                await self.show_findings(interaction)
            case PanelAction.DISCARD:
                await self.open(interaction, notice="**Nothing was changed.**")
            case PanelAction.UNDO:
                saved = await self._editor.undo(guild_id, by=asker_of(interaction).id, seen=press.version)
                await self._show_saved(interaction, saved, undone=True)
            case PanelAction.APPLY:
                wanted = await self._editor.draft(press.number or 0, guild_id)
                if wanted is None:
                    raise DraftGone
                await self._change(interaction, guild_id, press, lambda _: wanted)
            case PanelAction.RESET:
                await self._change(interaction, guild_id, press, lambda _: DEFAULTS)
            case _:
                await self._change(interaction, guild_id, press, edit_of(press, values, self._library.current))

    async def _change(self, interaction: AnyInteraction, guild_id: int, press: PanelPress, edit: Edit) -> None:
        saved = await self._editor.change(guild_id, edit, by=asker_of(interaction).id, seen=press.version)
        await self._show_saved(interaction, saved)

    async def _show_saved(self, interaction: AnyInteraction, saved: Saved, *, undone: bool = False) -> None:
        notice = saved_notice(saved.made, saved.others, undone=undone)
        await self._show(interaction, settings_panel(saved.stored, self._library.current, notice=notice))

    async def _show(self, interaction: AnyInteraction, view: Panel) -> None:
        try:
            await interaction.edit_original_response(view=view)
        except discord.HTTPException as error:
            if error.code != INVALID_FORM:
                raise
            # A channel or role that is gone must not keep its admins from the panel, where they take it off the list.
            await interaction.edit_original_response(view=view.without_chosen())

    async def _ask_for_note(
        self, interaction: AnyInteraction, guild_id: int, press: PanelPress, values: Sequence[str]
    ) -> None:
        """
        Open the form; it is the acknowledgement, so what stands in it comes from memory where that is quick.

        Raises:
            OutOfReach: What stands there now is not known; an empty form would look as if there were no note.
        """
        topic = "" if EVERY_ANSWER in values else "".join(values)
        settings = await self._servers.settings(guild_id)
        if settings is CAREFUL:
            raise OutOfReach
        present = settings.topic_notes.get(topic) if topic else settings.note
        title = self._library.current.topics[topic].title if topic in self._library.current.topics else ""
        form = text_form(
            PanelPress(action=PanelAction.NOTE_TEXT, version=press.version, argument=topic).custom_id(),
            title=f"Note above {title or 'every answer'}",
            label=NOTE_LABEL,
            help_=NOTE_HELP,
            limit=NOTE_LIMIT,
            present=present,
        )
        await interaction.response.send_modal(form)


def _lost(press: PanelPress, values: Sequence[str]) -> str:
    """Return what was written into a form that could not be saved, so that nobody has to think of it again."""
    text = "".join(values).strip() if press.action is PanelAction.NOTE_TEXT else ""
    return "\nYou wrote:\n" + "\n".join(f"> {line}" for line in text.splitlines()) if text else ""
