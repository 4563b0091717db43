"""Further pages of ``/settings``: history, check, and what an import or a reset would change. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord

from bot.rendering.limits import TEXT_LIMIT, shortened
from bot.rendering.panel import Panel, PanelItem, button
from bot.rendering.panel_ids import PanelAction, PanelPress
from bot.rendering.settings import BACK, BACK_LABEL, notice_panel
from bot.rendering.settings_words import FIELD_NAMES, change_lines
from bot.servers.changes import field_changes
from bot.servers.models import NOTE_LIMIT, ServerSettings, SettingsChange, Stored

if TYPE_CHECKING:
    from bot.servers.check import Finding

HISTORY_PAGE = 10  # changes
ROOM = TEXT_LIMIT - 300  # characters for the lines of a page, beside its heading


def history_panel(changes: Sequence[SettingsChange], *, more: bool) -> Panel:
    """Return who changed what and when, newest first; *more* when there are older changes."""
    lines: list[str] = []
    room = ROOM
    for change in changes:
        who = f"<@{change.by}>" if change.by is not None else "somebody who asked to be forgotten"
        undone = " (undo)" if change.restores is not None else ""
        what = "\n".join(
            f"- {line}" for line in change_lines(field_changes(change.before, change.after), note_limit=NOTE_LIMIT)
        )
        entry = shortened(f"**{change.version}.** <t:{int(change.at.timestamp())}:f> {who}{undone}\n{what}", room)
        if len(entry) > room - sum(map(len, lines)):
            more = True
            break
        lines.append(entry)
    entries = lines or ["Nothing was changed yet: everything is as it is by default."]
    rows: list[list[PanelItem]] = [[button(BACK, BACK_LABEL)]]
    if more and lines:
        older = PanelPress(action=PanelAction.HISTORY, argument=str(changes[len(lines) - 1].version))
        rows[0].insert(0, button(older, "Older"))
    return Panel([("## Changes of the settings, newest first", ()), *((entry, ()) for entry in entries)], rows=rows)


def findings_panel(found: "Sequence[Finding]") -> Panel:
    """Return what is wrong, each with what to do."""
    back = [[button(BACK, BACK_LABEL)]]
    if not found:
        return Panel([("## All is well\nNothing that was checked needs you.", ())], rows=back)
    lines: list[str] = []
    for finding in found:
        line = f"- {finding.what}\n  -# {finding.do}"
        if sum(map(len, lines)) + len(line) > ROOM:
            lines.append(f"- and {len(found) - len(lines)} more")
            break
        lines.append(line)
    return Panel([("## What to look at", ()), ("\n".join(lines), ())], rows=back)


def preview_panel(stored: Stored, wanted: ServerSettings, *, draft: int, left_out: Sequence[str]) -> Panel:
    """Return what an import would change, with buttons to apply or drop it."""
    made = field_changes(stored.settings, wanted)
    notes = []
    if left_out:
        named = ", ".join(FIELD_NAMES[field].lower() for field in left_out)
        notes = [f"The file is of another server, whose channels and roles do not exist here. Left as it is: {named}."]
    if not made:
        return notice_panel("\n".join(["**Nothing would change.** The file says what already holds.", *notes]))
    lines = "\n".join(f"- {line}" for line in change_lines(made))
    text = shortened("\n".join([*notes, lines]), ROOM)
    apply = PanelPress(action=PanelAction.APPLY, version=stored.version, argument=str(draft))
    return Panel(
        [("## This would change", ()), (text, ())],
        rows=[
            [
                button(apply, "Apply", style=discord.ButtonStyle.primary),
                button(PanelPress(action=PanelAction.DISCARD), "Change nothing"),
            ]
        ],
    )


def reset_panel(stored: Stored, defaults: ServerSettings) -> Panel:
    """Ask whether everything should be as it is by default, and say what that changes."""
    made = field_changes(stored.settings, defaults)
    if not made:
        return notice_panel("**Nothing to reset.** Everything is as it is by default.")
    lines = shortened("\n".join(f"- {line}" for line in change_lines(made)), ROOM)
    return Panel(
        [("## This would change", ()), (lines, ())],
        rows=[
            [
                button(
                    PanelPress(action=PanelAction.RESET, version=stored.version),
                    "Reset everything",
                    style=discord.ButtonStyle.danger,
                ),
                button(PanelPress(action=PanelAction.DISCARD), "Change nothing"),
            ]
        ],
    )
