"""What the settings panel is made of: sentences with the control that changes each beneath it."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import discord
from discord import ui

from bot.rendering.panel_ids import PANEL_VERSION, PanelPress

ACCENT = 0x5B6270  # the container's edge: this is not an answer


class PanelItem(ui.DynamicItem[ui.Item[Any]], template=rf"{PANEL_VERSION}:.*"):
    """A button or select of the panel, of whatever kind. All it knows stands in its custom id."""


class _Chosen(discord.SelectDefaultValue):
    """What a select shows as chosen. discord.py sends its id as a number; Discord's API description wants a text."""

    def to_dict(self) -> Any:
        return {**super().to_dict(), "id": str(self.id)}


Row = Sequence[ui.Item[Any]]


def button(
    press: PanelPress,
    label: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> PanelItem:
    """Return a button."""
    return PanelItem(ui.Button(label=label, style=style, custom_id=press.custom_id(), disabled=disabled))


def choice(
    press: PanelPress,
    placeholder: str,
    options: Iterable[tuple[str, str]],
    chosen: Iterable[str],
    *,
    most: int = 1,
    least: int = 1,
) -> PanelItem:
    """Return a select of words: *options* are values with their labels."""
    chosen = frozenset(chosen)
    items = [discord.SelectOption(label=label, value=value, default=value in chosen) for value, label in options]
    return PanelItem(
        ui.Select(
            custom_id=press.custom_id(), placeholder=placeholder, options=items, min_values=least, max_values=most
        )
    )


def channel_choice(
    press: PanelPress,
    placeholder: str,
    chosen: Iterable[int],
    *,
    kinds: Sequence[discord.ChannelType],
    most: int,
) -> PanelItem:
    """Return Discord's own picker of channels; nothing chosen is allowed."""
    defaults = [_Chosen(id=id_, type=discord.SelectDefaultValueType.channel) for id_ in chosen]
    return PanelItem(
        ui.ChannelSelect(
            custom_id=press.custom_id(),
            placeholder=placeholder,
            channel_types=list(kinds),
            default_values=defaults,
            min_values=0,
            max_values=most,
        )
    )


def role_choice(press: PanelPress, placeholder: str, chosen: Iterable[int], *, most: int) -> PanelItem:
    """Return Discord's own picker of roles; nothing chosen is allowed."""
    defaults = [_Chosen(id=id_, type=discord.SelectDefaultValueType.role) for id_ in chosen]
    return PanelItem(
        ui.RoleSelect(
            custom_id=press.custom_id(),
            placeholder=placeholder,
            default_values=defaults,
            min_values=0,
            max_values=most,
        )
    )


class Panel(ui.LayoutView):
    """A private message to an admin: blocks of text, each with the controls that belong to it."""

    def __init__(
        self, blocks: Iterable[tuple[str, Row]], *, notice: str | None = None, rows: Iterable[Row] = ()
    ) -> None:
        super().__init__(timeout=None)
        if notice:
            self.add_item(ui.TextDisplay(notice))
        items: list[ui.Item[Any]] = []
        for text, row in blocks:
            items.append(ui.TextDisplay(text))
            if row:
                items.append(ui.ActionRow(*row))
        self.add_item(ui.Container(*items, accent_colour=ACCENT))
        for row in rows:
            if row:
                self.add_item(ui.ActionRow(*row))

    def without_chosen(self) -> "Panel":
        """Return the same with nothing shown as chosen in the pickers of channels and roles."""
        for item in self.walk_children():
            if isinstance(item, PanelItem) and isinstance(item.item, ui.ChannelSelect | ui.RoleSelect):
                item.item.default_values = []
        return self

    def is_finished(self) -> bool:
        """Return that there is nothing to wait for, as for cards (``bot.rendering.components``)."""
        return True

    def payload(self) -> list[dict[str, Any]]:
        """Return the components as they go to Discord."""
        return cast("list[dict[str, Any]]", self.to_components())  # type: ignore[no-untyped-call]  # of discord.py
