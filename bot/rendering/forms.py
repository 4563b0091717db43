"""Forms with one field of text, answered from their custom id: after a restart, by whichever process gets it."""

from typing import Any

import discord
from discord import ui

from bot.rendering.limits import shortened

TITLE_LIMIT = 45  # characters; Discord docs, modals


def text_form(
    custom_id: str,
    *,
    title: str,
    label: str,
    help_: str,
    limit: int,
    present: str | None = None,
    required: bool = False,
) -> ui.Modal:
    """Return a form that asks for up to *limit* characters; *present* stands in the field already."""
    form = ui.Modal(title=shortened(title, TITLE_LIMIT), custom_id=custom_id)
    field: ui.TextInput[Any] = ui.TextInput(
        style=discord.TextStyle.paragraph, default=present, required=required, max_length=limit, custom_id="text"
    )
    form.add_item(ui.Label(text=label, description=help_, component=field))
    return form


def form_text(data: dict[str, Any]) -> str:
    """Return what was written into a form; *data* is that of the submitted interaction."""
    for row in data.get("components", ()):
        for item in (row.get("component"), *row.get("components", ())):
            if item is not None and "value" in item:
                return str(item["value"])
    return ""
