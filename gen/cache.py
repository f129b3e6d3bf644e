"""Where built things are kept between runs, by content; one folder per key, made by one process at a time."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path


def cache_root() -> Path:
    """Return the cache folder: `MACWRIGHT_CACHE`, or the user's cache folder of this system."""
    return Path(os.environ.get("MACWRIGHT_CACHE") or user_cache_path("macwright"))


def content_key(*parts: str) -> str:
    """Return a short name for the content of all `parts`."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


@contextlib.contextmanager
def build_folder(kind: str, key: str) -> Iterator[tuple[Path, bool]]:
    """Hold the folder of one build; yields it and whether it is complete already.

    A folder counts as complete once the block has ended without an exception. Other processes that ask
    for the same key wait meanwhile.
    """
    folder = cache_root() / kind / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        complete = folder / "complete"
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        yield folder, complete.exists()
        complete.touch()
