import hmac
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.pseudonyms import Pseudonyms, load_pseudonyms, rotate


def test_a_person_keeps_one_pseudonym_across_restarts(tmp_path: Path) -> None:
    """The key is made once and kept, so that people are counted, not named."""
    first, second = load_pseudonyms(tmp_path / "data" / "key"), load_pseudonyms(tmp_path / "data" / "key")

    assert first.of(80351110224678912) == second.of(80351110224678912)
    assert first.of(80351110224678912) != first.of(80351110224678913)
    assert "80351110224678912" not in first.of(80351110224678912)


def test_another_key_makes_other_pseudonyms() -> None:
    """Without the key nobody can find a person's rows."""
    assert Pseudonyms([b"a" * 32]).of(1) != Pseudonyms([b"b" * 32]).of(1)


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    """Others on the machine cannot read the key."""
    load_pseudonyms(tmp_path / "key")

    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_a_spoilt_key_is_not_replaced_silently(tmp_path: Path) -> None:
    """A key that was damaged is a decision for the operator."""
    (tmp_path / "key").write_text("oops")

    with pytest.raises(ConfigurationError, match="Restore it from a backup"):
        load_pseudonyms(tmp_path / "key")


def test_a_pseudonym_is_an_hmac() -> None:
    """Rows of earlier versions are found: it is the first half of HMAC-SHA-256 of the id's decimal digits."""
    expected = hmac.digest(b"a" * 32, b"1048576432109876543", "sha256")[:16].hex()

    assert Pseudonyms([b"a" * 32]).of(1048576432109876543) == expected
    assert Pseudonyms([b"b" * 32, b"a" * 32]).every(1048576432109876543)[1] == expected


def test_a_shared_key_is_not_made_by_whoever_starts_first(tmp_path: Path) -> None:
    """Replicas that each made one would take one person for several."""
    with pytest.raises(ConfigurationError, match="natobot db rotate-key"):
        load_pseudonyms(tmp_path / "key", may_make=False)

    rotate(tmp_path / "key")
    assert load_pseudonyms(tmp_path / "key", may_make=False).of(1) == load_pseudonyms(tmp_path / "key").of(1)
