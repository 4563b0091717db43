"""The search follows the edition: from the pack's model at once, learning what changed beside the answers."""

from pathlib import Path

import pytest

from bot.answers.examples import examples_of
from bot.answers.model import SearchModel
from bot.answers.training import train
from bot.knowledge.loader import load_with_wordings
from bot.search_index import MODEL_FILE, SearchIndex, lost_topics
from tests.factories import make_retired, make_topic, write_pack, write_yaml

OUT_OF_SCOPE = [{"id": "food", "title": "Food", "asks": ["best pizza in town", "how do i bake bread", "soup recipe"]}]


def pack_with_model(folder: Path) -> Path:
    pack = write_pack(folder, make_topic("bridge"), make_topic("tunnel"), out_of_scope=OUT_OF_SCOPE)
    knowledge, wordings = load_with_wordings(pack)
    model = train(list(examples_of(knowledge, wordings)), knowledge.fingerprint)
    (pack / MODEL_FILE).write_bytes(model.dump())
    return pack


async def test_a_pack_s_own_model_answers_at_once(tmp_path: Path) -> None:
    """Nothing has to be learned where the pack brings a model made for it."""
    pack = pack_with_model(tmp_path / "pack")
    index = SearchIndex(pack, tmp_path / "cache.bin", learn=True)

    await index.refresh(lambda: load_with_wordings(pack)[0])

    assert index.current is not None
    assert index.current.read("is the tunnel open").topics[0].topic == "tunnel"
    assert not (tmp_path / "cache.bin").exists()


async def test_an_edited_pack_is_learned_beside_the_answers(tmp_path: Path) -> None:
    """New examples are learned in another process, and kept; the pack itself is not written to."""
    pack = pack_with_model(tmp_path / "pack")
    before = (pack / MODEL_FILE).read_bytes()
    (pack / "locales" / "en").mkdir(parents=True)
    write_yaml(pack / "locales" / "en" / "asks.yaml", {"tunnel": ["zorblax", "zorblax frobnication", "the zorblax"]})
    index = SearchIndex(pack, tmp_path / "cache.bin", learn=True)

    await index.refresh(lambda: load_with_wordings(pack)[0])

    assert index.current is not None
    assert index.current.read("zorblax").topics[0].topic == "tunnel"
    assert (pack / MODEL_FILE).read_bytes() == before


async def test_an_older_model_answers_until_then(tmp_path: Path) -> None:
    """Where nothing may be learned, the model there is goes on answering for the topics there are."""
    pack = pack_with_model(tmp_path / "pack")
    (pack / "topics" / "tunnel.yaml").unlink()
    index = SearchIndex(pack, tmp_path / "cache.bin", learn=False)

    await index.refresh(lambda: load_with_wordings(pack)[0])

    assert index.current is not None
    assert {guess.topic for guess in index.current.read("is the bridge open").topics} == {"bridge"}


async def test_a_retired_topic_is_never_the_answer(tmp_path: Path) -> None:
    """Also a model that learned the topic before it was retired names only topics that answer."""
    pack = pack_with_model(tmp_path / "pack")
    (pack / "topics" / "tunnel.yaml").unlink()
    write_yaml(pack / "retired.yaml", [make_retired("tunnel")])
    index = SearchIndex(pack, tmp_path / "cache.bin", learn=False)

    await index.refresh(lambda: load_with_wordings(pack)[0])

    assert index.current is not None
    assert {guess.topic for guess in index.current.read("is the tunnel open").topics} == {"bridge"}


def test_the_model_knows_topics_that_vanished(tmp_path: Path) -> None:
    """A topic that the search has learned and the pack lost is named until it is retired or unlearned."""
    pack = pack_with_model(tmp_path / "pack")
    (pack / "topics" / "tunnel.yaml").unlink()
    vanished = lost_topics(load_with_wordings(pack)[0], pack)
    write_yaml(pack / "retired.yaml", [make_retired("tunnel")])

    assert vanished == ["tunnel"]
    assert lost_topics(load_with_wordings(pack)[0], pack) == []


async def test_without_a_model_the_search_is_not_ready(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A missing or spoilt model is passed over with a warning."""
    pack = write_pack(tmp_path / "pack")
    (pack / MODEL_FILE).write_bytes(b"{}\nspoilt")
    index = SearchIndex(pack, tmp_path / "cache.bin", learn=False)

    await index.refresh(lambda: load_with_wordings(pack)[0])

    assert index.current is None
    assert "passed over" in caplog.text


def test_learning_is_repeatable(tmp_path: Path) -> None:
    """The same examples give the same model, byte for byte."""
    knowledge, wordings = load_with_wordings(write_pack(tmp_path, out_of_scope=OUT_OF_SCOPE))
    examples = list(examples_of(knowledge, wordings))

    first, second = train(examples, "x"), train(examples, "x")

    assert first.dump() == second.dump()
    assert SearchModel.load(first.dump()).guesses("is it open") == first.guesses("is it open")
