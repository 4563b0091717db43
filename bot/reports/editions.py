"""What the command line tells about editions."""

import json
import sys

from bot.knowledge.content import content_of
from bot.knowledge.differences import differences
from bot.knowledge.loader import load_knowledge
from bot.knowledge.pack_differences import pack_differences
from bot.knowledge.revisions import edition_at, whole_edition_at
from bot.rendering.diff_data import diff_data
from bot.rendering.diff_text import diff_lines
from bot.rendering.terminal import news_lines
from bot.settings import load_settings


def print_news(old: str, new: str | None) -> None:
    """
    Print what servers would be told if the edition *new*, or the configured pack, followed *old*.

    Raises:
        UnreadableEdition: One of them names no edition that can be read.
        KnowledgeError: The configured pack has mistakes.
    """
    pack = load_settings().knowledge.folder
    before = edition_at(old, pack)
    after = content_of(load_knowledge(pack)) if new is None else edition_at(new, pack)
    difference = differences(before, after)
    if difference.is_news:
        for line in news_lines(difference):
            print(line)
    else:
        print("Nothing changed that servers would be told of.")
    if after.published <= before.published:
        print(
            f"No message goes out yet: “edition” in pack.yaml is {after.published}, which is not later than "
            f"{before.published}. Set it to the day of publication.",
            file=sys.stderr,
        )


def print_difference(old: str, new: str | None, *, format_: str) -> None:
    """
    Print all that changed from *old* to *new*, or the configured pack, as ``text`` or as ``json``.

    Raises:
        UnreadableEdition: One of them names no edition that can be read.
    """
    pack = load_settings().knowledge.folder
    before, after = (whole_edition_at(reference, pack) for reference in (old, new if new is not None else str(pack)))
    difference = pack_differences(before, after)
    if format_ == "json":
        print(json.dumps(diff_data(difference), ensure_ascii=False, indent=2, default=str))
        return
    for line in diff_lines(difference):
        print(line)
