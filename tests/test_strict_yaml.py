from pathlib import Path

import pytest

from bot.errors import Problem
from bot.located import key_path, line_of
from bot.strict_yaml import BARE_WORDS, DEPTH_LIMIT, SIZE_LIMIT, parse_yaml, read_yaml, write_yaml

BAD = {
    "duplicate key": ("a: x\nb: x\na: z\n", 3, "a", "stands twice, first on line 1"),
    "bare no": ("a:\n  answer: no\n", 2, "answer", 'bare word `no`. Write "no" in quotes'),
    "bare on in a list": ("a:\n  - x\n  - on\n", 3, "", "bare word `on`"),
    "bare null": ("a: ~\n", 1, "a", "bare word `~`"),
    "no value": ("a:\nb: x\n", 1, "a", "has no value"),
    "anchor": ("a: &x y\n", 1, "", "anchor `&x`"),
    "alias": ("a: *x\n", 1, "", "alias `*x`"),
    "tag": ("a: !!python/object:os.system x\n", 1, "", "tag"),
    "two documents": ("a: x\n---\nb: x\n", 2, "", "more than one document"),
    "list as key": ("? [a]\n: b\n", 1, "", "list or mapping as a key"),
    "broken syntax": ("a: [x\nb: y\n", 2, "", "not valid YAML"),
    "tab indentation": ("a:\n\tb: c\n", 2, "", "not valid YAML"),
    "control character": ("a: b\nc: \x00\n", 2, "", "character that YAML does not allow"),
    "empty": ("", None, "", "is empty"),
    "only a comment": ("# nothing\n", None, "", "is empty"),
    "single text": ("just text\n", 1, "", "single text"),
    "flow nesting": ("[" * 100_000, 1, "", "nest"),
    "block nesting": ("\n".join(" " * i + "a:" for i in range(60)), DEPTH_LIMIT + 1, "", "nested more than 20"),
    "mapping nesting": ("{a: " * 100_000, 1, "", "nested more than 20"),
}


def read(path: Path, text: str, *, booleans: bool = False) -> tuple[object, list[Problem]]:
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    return read_yaml(path, problems, booleans=booleans), problems


@pytest.mark.parametrize(("text", "line", "key", "message"), BAD.values(), ids=BAD)
def test_bad_yaml_is_refused_with_line_and_reason(
    tmp_path: Path, text: str, line: int | None, key: str, message: str
) -> None:
    """Whatever a person can get wrong in YAML is one message with the line it stands on."""
    data, problems = read(tmp_path / "f.yaml", text)

    assert data is None
    assert (problems[0].line, problems[0].key) == (line, key)
    assert message in problems[0].message


def test_an_alias_bomb_is_refused_before_it_can_grow(tmp_path: Path) -> None:
    """341 bytes that would expand to 387 million nodes are refused at their first anchor."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )

    data, problems = read(tmp_path / "f.yaml", bomb)

    assert data is None
    assert len(problems) == 1


def test_all_problems_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    """Somebody who made three mistakes reads about three, not about the first."""
    _, problems = read(tmp_path / "f.yaml", "a: no\na: x\nb:\n")

    assert [problem.line for problem in problems] == [1, 2, 3]


def test_scalars_are_strings(tmp_path: Path) -> None:
    """Nothing is guessed: a sexagesimal, an octal and a date stay what was typed."""
    data, problems = read(tmp_path / "f.yaml", "a: 1:30\nb: 0123\nc: 2026-01-01\nd: 'no'\n")

    assert data == {"a": "1:30", "b": "0123", "c": "2026-01-01", "d": "no"}
    assert problems == []


@pytest.mark.parametrize(
    "word", sorted({*BARE_WORDS, *map(str.upper, BARE_WORDS)} - {"true", "TRUE", "false", "FALSE"})
)
def test_words_that_are_refused_bare_are_written_in_quotes(word: str) -> None:
    """What the bot writes it reads back, also a text that is nothing but ``y``."""
    problems: list[Problem] = []

    data = parse_yaml(write_yaml({"a": word, "b": [word]}).encode(), Path("f.yaml"), problems)

    assert data == {"a": word, "b": [word]}
    assert problems == []


def test_booleans_can_be_admitted(tmp_path: Path) -> None:
    """A settings file may say true and false, but not yes and no."""
    data, _ = read(tmp_path / "f.yaml", "a: true\n", booleans=True)
    refused, _ = read(tmp_path / "f.yaml", "a: yes\n", booleans=True)

    assert data == {"a": "true"}
    assert refused is None


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    """A file over 1 MiB is refused without being parsed."""
    data, problems = read(tmp_path / "f.yaml", "a: " + "x" * SIZE_LIMIT)

    assert data is None
    assert "larger than 1 MiB" in problems[0].message


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    """A file saved in another encoding names the line of the first strange byte."""
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a: x\nb: \xe9\n")
    problems: list[Problem] = []

    assert read_yaml(path, problems) is None
    assert problems[0].line == 2


def test_lines_of_nested_keys_are_known(tmp_path: Path) -> None:
    """A mistake deep inside is traced to its own line, or to the nearest thing that exists."""
    data, _ = read(tmp_path / "f.yaml", "a:\n  - b: x\n    c: x\n  - d: z\n")

    assert line_of(data, ["a", 0, "c"]) == 3
    assert line_of(data, ["a", 1, "missing"]) == 4
    assert line_of(data, ["a", 7]) == 1
    assert key_path(["a", 0, "c"]) == "a[0].c"
