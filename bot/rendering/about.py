"""What ``/about`` and ``/help`` say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.models import Knowledge
from bot.rendering import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutLinks:
    """Addresses the operator sets; an empty one is said to be missing, never made up."""

    code: str = ""
    privacy: str = ""


def about_paragraphs(knowledge: Knowledge, links: AboutLinks, version: str) -> Sequence[str]:
    """Return what the bot says of itself: edition, sources, privacy, version, code."""
    pack = knowledge.pack
    kinds = Counter(source.kind for source in knowledge.sources.values())
    by_kind = ", ".join(f"{count} {wording.SOURCE_KIND_NAMES[kind]}" for kind, count in kinds.most_common())
    code = (
        f"[the source code]({links.code})" if links.code else "open source; the operator has not set a link to the code"
    )
    policy = f"[Privacy policy]({links.privacy})." if links.privacy else ""
    return [
        f"{pack.description} Every sentence was written and reviewed beforehand; nothing is generated.",
        f"**Edition** {wording.day(pack.edition)} ({knowledge.fingerprint}), research to {wording.day(pack.reviewed)}: "
        f"{len(knowledge.topics)} topics, {knowledge.claim_count} claims, {len(knowledge.timeline)} events, "
        f"{len(knowledge.glossary)} terms.",
        f"**Sources** {len(knowledge.sources)}: {by_kind}. Each claim links to its own.",
        "**Privacy** Each answer is counted: when, in which server, which command and topic, which language. "
        f"You appear under a pseudonym, not your id. A question in your own words is stored only where no clear answer "
        f"was found, without names, links and numbers, so that the gap can be closed. "
        f"`/privacy` shows, exports and deletes what is stored about you. {policy}".rstrip(),
        f"**Doubt and mistakes** {pack.disclaimer} {pack.contact}",
        f"**Version** {version} · {code} (MIT licence)",
    ]


def help_paragraphs(knowledge: Knowledge) -> Sequence[str]:
    """Return how to ask and how to read what comes back."""
    first = next(iter(knowledge.topics.values()))
    kinds = "\n".join(f"- **{name}**: {wording.KIND_MEANINGS[kind]}" for kind, name in wording.KIND_NAMES.items())
    return [
        "Ask in your own words with `/ask`, in any of seven languages. To see what the sources say to a message, open "
        "its menu, then Apps, then **Check the facts**.",
        f"Type `/` and a topic, for example `/{first.command.name}`. Its `section` option jumps to one part. "
        "`/topics` lists them all, `/glossary` explains a word, `/timeline` says what happened when.",
        "Add `private: True` to see an answer alone; **Show to everyone** on it makes it public. On a public answer, "
        "only the person who asked turns the pages; others get a private copy.",
        f"Under each sentence stand its kind, the day it was true, and its numbered sources:\n{kinds}",
    ]
