"""Validates payloads against Discord's own API description, where a copy of it lies beside the checkout."""

import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DESCRIPTION = Path(
    os.environ.get("DISCORD_OPENAPI") or Path(__file__).parents[2] / "shared" / "discord" / "openapi.json"
)


@cache
def _validator(schema: str) -> Draft202012Validator | None:
    if not DESCRIPTION.is_file():
        return None
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    # The description calls the id of an attachment a snowflake, a string. Discord's reference numbers the files of a
    # request from 0, in numbers, and so does discord.py.
    attachment = document["components"]["schemas"]["MessageAttachmentRequest"]["properties"]
    attachment["id"] = {"anyOf": [attachment["id"], {"type": "integer", "minimum": 0, "maximum": 9}]}
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": document["components"]})


def violations(schema: str, payload: Any) -> Iterable[str]:
    """Return what in *payload* the schema of that name refuses; nothing where there is no copy of the description."""
    validator = _validator(schema)
    if validator is None:
        return []
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(payload)]
