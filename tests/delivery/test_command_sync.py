from typing import Any

import pytest

from bot.delivery.command_sync import Difference, compare

OURS: dict[str, Any] = {
    "name": "aid",
    "type": 1,
    "description": "Who gives what",
    "contexts": [0, 1, 2],
    "integration_types": [0, 1],
    "options": [{"type": 3, "name": "section", "description": "A part", "required": False, "autocomplete": True}],
}
THEIRS: dict[str, Any] = {
    **OURS,
    "id": "1",
    "application_id": "2",
    "version": "3",
    "nsfw": False,
    "dm_permission": True,
    "default_member_permissions": None,
    "name_localizations": None,
    "description_localizations": {},
    "contexts": [2, 1, 0],
    "integration_types": [1, 0],
    "options": [{"type": 3, "name": "section", "description": "A part", "autocomplete": True}],
}


def test_what_discord_fills_in_is_no_difference() -> None:
    """Ids, defaults and the order of contexts do not make a command differ."""
    assert compare([OURS], [THEIRS]) == Difference()


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Something else"},
        {"contexts": [0]},
        {"options": []},
        {"nsfw": True},
        {"default_member_permissions": "32"},
        {"name_localizations": {"uk": "допомога"}},
    ],
)
def test_what_members_would_see_is_a_difference(change: dict[str, Any]) -> None:
    """A changed text, context, option, permission or translation has to be written."""
    assert compare([OURS], [{**THEIRS, **change}]) == Difference(changed=("/aid",))


def test_added_and_removed_commands_are_named() -> None:
    """The operator reads which commands come and go."""
    difference = compare([OURS], [{**THEIRS, "name": "old"}])

    assert difference == Difference(added=("/aid",), removed=("/old",))
    assert str(difference) == "added /aid; no longer ours /old"
    assert "retired.yaml" in difference.advice


def test_where_nothing_is_removed_there_is_no_advice() -> None:
    """An operator is told of removals only where there are some."""
    assert compare([OURS], []).advice == ""
