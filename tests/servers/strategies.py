"""Settings of all kinds, for properties that must hold for every one."""

from hypothesis import strategies as st
from pydantic import ValidationError

from bot.servers.models import CHANNELS_LIMIT, NOTE_LIMIT, TOPIC_NOTES_LIMIT, ServerSettings, Visibility

TOPICS = ("aid", "no", "on", "null", "true", "article5", "eastern-flank", "0x10", "1e5")
LOOKS_LIKE_YAML = (
    *("no", "y", "N", "~", "null", "true", "False", "off", "- a", "#x", "a #x", "*x", "&x", "!x", "a: b", ": ", "? a"),
    *(
        "---",
        "...",
        "|",
        ">",
        "%TAG",
        "@x",
        "`x`",
        "{a",
        "[a",
        "'",
        '"',
        "''",
        "\\n",
        "1:30",
        "0123",
        "2026-01-01",
        "<<",
    ),
    *("a\n b", "a \nb", "a\n\n\nb", "> a\n- b", "👩‍👩‍👧‍👦", "a: |\n  b", "𝔘𝔫𝔦\ue000", "\u00a0a", "x" * NOTE_LIMIT),
)


def _is_allowed(note: str) -> bool:
    try:
        ServerSettings(note=note)
    except ValidationError:
        return False
    return True


def notes() -> st.SearchStrategy[str]:
    """Every note that is allowed, those that look like YAML more often."""
    words = st.text(st.characters(codec="utf-8") | st.sampled_from("\n\n \u200d:-#'\""), min_size=1, max_size=60)
    return (st.sampled_from(LOOKS_LIKE_YAML) | words).filter(_is_allowed)


def some_settings() -> st.SearchStrategy[ServerSettings]:
    """Everything that a server can decide."""
    ids = st.integers(1, 2**63 - 1)
    rules = st.lists(ids, unique=True, max_size=2 * CHANNELS_LIMIT)
    topics = st.lists(st.sampled_from(TOPICS), unique=True, max_size=len(TOPICS) - 1)
    return st.builds(
        lambda rules, **fields: ServerSettings(
            private_channels=tuple(rules[: len(rules) // 2]), public_channels=tuple(rules[len(rules) // 2 :]), **fields
        ),
        rules,
        answers=st.sampled_from(Visibility),
        sharers=st.lists(ids, unique=True, max_size=5).map(tuple),
        language=st.sampled_from([None, "en", "no", "pt-BR", "es-419"]),
        hidden_topics=topics.map(tuple),
        note=st.none() | notes(),
        topic_notes=st.dictionaries(st.sampled_from(TOPICS), notes(), max_size=TOPIC_NOTES_LIMIT),
        news_channel=st.none() | ids,
        keep_texts=st.booleans(),
    )
