"""Builds are made once, are whole or not there, and make room for others."""

import pytest
from filelock import FileLock
from macwright.gen import cache
from macwright.golden.errors import UsageError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MACWRIGHT_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "KEPT", 2)
    return tmp_path / "sim"


def build(key):
    """Build or use `key`; returns whether it was there."""
    with cache.build_folder("sim", key) as (folder, complete):
        (folder / "made").touch()
        return complete


def kept(folder):
    return {path.parent.name for path in folder.glob("*/complete")}


def test_a_build_is_made_once_and_a_failed_one_again(folder):
    with pytest.raises(ZeroDivisionError), cache.build_folder("sim", "a") as (made, _):
        (made / "half").touch()
        raise ZeroDivisionError
    assert not build("a") and build("a")
    assert not (folder / "a" / "half").exists()


def test_what_was_not_used_for_longest_makes_room(folder):
    for key in "abacd":
        build(key)
    assert kept(folder) == {"a", "c", "d"}  # One more than KEPT until the next build.
    assert not build("e") and kept(folder) == {"c", "d", "e"}


def test_what_someone_holds_stays(folder):
    build("a")
    with FileLock(folder / "a.lock"):
        for key in "bcd":
            build(key)
        assert "a" in kept(folder)
    build("e")
    assert "a" not in kept(folder)


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MACWRIGHT_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(UsageError, match="cannot be written: set MACWRIGHT_CACHE"):
        cache.cache_root()
