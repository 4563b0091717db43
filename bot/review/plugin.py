"""What Datasette is told beyond ``pages.yaml``: who may see what, where cells lead, what templates know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasette.database import Database
from markupsafe import Markup, escape
from pluggy import HookimplMarker

from bot.store.review_digest import DigestNotes
from bot.store.review_log import limit_to_review, newer_questions
from bot.store.schema import REVIEW_VIEW

DATABASE = "log"  # its name in addresses and in pages.yaml

hook = HookimplMarker("datasette")

_LEADS_TO = {  # column: page, and its parameter
    "interaction": "interaction",
    "interaction_id": "interaction",
    "regards": "interaction",
    "gap": "gap",
}
_LABELS = {
    "days": "Days back",
    "soon": "Days ahead",
    "language": "Language of the question",
    "server": "Server (id)",
    "topic": "Topic",
    "gap": "Gap",
    "interaction": "Interaction (id)",
}
_LANGUAGES = ("de", "en", "es", "fr", "pl", "ru", "uk")  # that the log can tell apart in free words
_NEEDS_ARGUMENT = {"sections", "gap"}  # pages that others lead to


class LogDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """The log, whose every connection answers the pages and nothing else."""

    def __init__(self, datasette: Any, path: Path, *, digest: Path, key_of: Callable[[str], str]) -> None:
        super().__init__(datasette, path=str(path), is_mutable=True)
        self._digest, self._key_of = digest, key_of

    def connect(self, write: bool = False) -> Any:
        """Return a read-only connection, whatever is asked for."""
        connection = super().connect(write=False)
        limit_to_review(connection, self._digest, self._key_of)
        return connection


@dataclass(frozen=True, kw_only=True, eq=False)
class ReviewPlugin:
    """Registered with Datasette once, before it serves."""

    notes: DigestNotes
    __name__: str = field(default=__name__, init=False)  # Datasette lists its plugins by name

    @hook(trylast=True)
    def permission_allowed(self, action: str, resource: Any) -> bool:
        """Allow the front page, the canned pages and the view; refuse all else, now and in later versions."""
        # Datasette goes by the last answer, so that ours counts.
        if action == "view-table":
            return tuple(resource) == (DATABASE, REVIEW_VIEW)
        return action in {"view-instance", "view-query"}

    @hook
    def render_cell(self, value: Any, column: str, database: str, datasette: Any) -> Markup | None:
        """Let ids lead to the page about them."""
        if value is None or database != DATABASE:
            return None
        if column == "topic":
            return _link(datasette, "sections", "topic", value)
        page = _LEADS_TO.get(column)
        return _link(datasette, page, page, value) if page else None

    @hook
    def extra_template_vars(self, datasette: Any) -> Any:
        """Return what the templates use beside Datasette's own."""

        async def variables() -> Mapping[str, Any]:
            newer = await datasette.get_database(DATABASE).execute_fn(
                lambda connection: newer_questions(connection, self.notes.newest)
            )
            pages = datasette.metadata("queries", database=DATABASE)
            return {
                "labels": _LABELS,
                "languages": _LANGUAGES,
                "made_at": self.notes.made_at.replace("T", " ").replace("+00:00", " UTC"),
                "newer": newer,
                "pages": {name: page for name, page in pages.items() if name not in _NEEDS_ARGUMENT},
                "view": REVIEW_VIEW,
            }

        return variables


def _link(datasette: Any, page: str, parameter: str, value: Any) -> Markup:
    address = f"{datasette.urls.query(DATABASE, page)}?{parameter}={value}"
    return Markup('<a href="{}">{}</a>').format(escape(address), value)
