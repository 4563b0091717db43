"""Reads what a simulated Discord shows."""

from typing import Any

import simcord


def text_of(response: simcord.ResponseMessage | None) -> str:
    """Return all text of a message."""
    assert response is not None, "there was no answer"
    return "\n".join(item["content"] for item in _walk(response.components) if "content" in item)


def custom_id_of(response: simcord.ResponseMessage | None, label: str) -> str:
    """Return the custom id of the button with this label, or of the menu with this placeholder."""
    assert response is not None, "there was no answer"
    return next(
        str(item["custom_id"])
        for item in _walk(response.components)
        if label in {item.get("label"), item.get("placeholder")} and "custom_id" in item
    )


def labels_of(response: simcord.ResponseMessage | None) -> list[str]:
    """Return the labels of a message's buttons."""
    assert response is not None, "there was no answer"
    return [item["label"] for item in _walk(response.components) if item.get("type") == 2]


def _walk(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [found for item in items for found in (item, *_walk(item.get("components", [])))]


def parts_of(response: simcord.ResponseMessage | None) -> list[dict[str, Any]]:
    """Return all components of a message, nested ones too."""
    assert response is not None, "there was no answer"
    return _walk(response.components)
