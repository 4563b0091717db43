"""Small real objects for tests: packs on disk, topics, rows of the log."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.loader import load_knowledge
from bot.knowledge.models import Knowledge
from bot.query import Query

REAL_PACK = Path(__file__).parents[1] / "knowledge" / "nato-ukraine"
GOLDEN = Path(__file__).parent / "golden" / "questions.jsonl"

PACK: Mapping[str, Any] = {
    "id": "tiny",
    "title": "A tiny pack",
    "description": "What there is to know about bridges.",
    "languages": ["en"],
    "default_language": "en",
    "edition": "2026-11-01",
    "reviewed": "2026-10-01",
    "contact": "Tell the people who run this bot.",
    "disclaimer": "An example.",
    "shelf_life_days": {
        "treaty-text": "3650",
        "official-position": "365",
        "event": "1825",
        "figure": "180",
        "analysis": "730",
        "disputed": "365",
        "hypothetical": "365",
    },
}
SOURCES: Mapping[str, Any] = {
    "survey": {
        "title": "Survey of bridges",
        "publisher": "Bridge Office",
        "url": "https://bridges.example/survey",
        "kind": "institution",
        "published": "2026-09",
    },
    "gazette": {
        "title": "The bridge (opening) gazette",
        "publisher": "Gazette",
        "url": "https://gazette.example/a_(b)",
        "kind": "publisher",
    },
}


def make_claim(text: str = "The bridge opened on 4 May 1999.", **changes: Any) -> dict[str, Any]:
    return {"text": text, "kind": "event", "as_of": "1999-05-04", "sources": ["survey"], **changes}


def make_topic(topic_id: str = "bridge", **changes: Any) -> dict[str, Any]:
    return {
        "id": topic_id,
        "command": {"name": topic_id, "description": f"What is known about the {topic_id}"},
        "title": f"The {topic_id}",
        "summary": f"The {topic_id} stands, and people cross it.",
        "sections": [
            {"id": "opening", "title": "When did it open?", "claims": [make_claim()]},
            {
                "id": "length",
                "title": "How long is it?",
                "claims": [make_claim("It is 300 metres long.", kind="figure")],
            },
        ],
        "misconceptions": [
            {
                "says": "It is the longest of all",
                "answer": "Others are longer.",
                "as_of": "2026-01-01",
                "sources": ["survey"],
            }
        ],
        "asks": [f"is the {topic_id} open"],
        **changes,
    }


def make_retired(topic_id: str = "tunnel", **changes: Any) -> dict[str, Any]:
    return {
        "id": topic_id,
        "command": {"name": topic_id, "description": f"What is known about the {topic_id}"},
        "moved_to": "bridge",
        "since": "2026-11-01",
        **changes,
    }


def write_pack(folder: Path, *topics: Mapping[str, Any], **files: Any) -> Path:
    """Write a small sound pack; keyword arguments replace whole files: ``sources``, ``pack``, ``glossary`` …"""
    (folder / "topics").mkdir(parents=True, exist_ok=True)
    for name, content in {"pack": PACK, "sources": SOURCES, **files}.items():
        write_yaml(folder / f"{name}.yaml", content)
    for topic in topics or (make_topic(),):
        write_yaml(folder / "topics" / f"{topic['id']}.yaml", topic)
    return folder


def write_yaml(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=200), encoding="utf-8")


def make_knowledge(folder: Path, *topics: Mapping[str, Any], **files: Any) -> Knowledge:
    return load_knowledge(write_pack(folder, *topics, **files))


def make_query(interaction_id: int = 1, **changes: Any) -> Query:
    fields: dict[str, Any] = {
        "interaction_id": interaction_id,
        "asked_at": "2026-11-25T12:00:00.000+00:00",
        "guild_id": 7,
        "user_key": "a" * 32,
        "key_id": "k" * 8,
        "source": "command",
        "command": "article5",
        "topic": "article5",
        "section": None,
        "language": "en",
        "locale": "en-US",
        "outcome": "found",
        "private": False,
        "edition": "2026-11-25-00000000",
        "answer_us": 800,
    }
    return Query(**(fields | changes))
