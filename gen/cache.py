"""Where built things are kept between runs, by content; one folder per key, made by one process at a time."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from ..golden.errors import UsageError


def cache_root() -> Path:
    """Return the cache folder: `MACWRIGHT_CACHE`, or the user's cache folder of this system.

    Raises UsageError if it cannot be written.
    """
    root = Path(os.environ.get("MACWRIGHT_CACHE") or user_cache_path("macwright"))
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        pass
    if not os.access(root, os.W_OK):
        raise UsageError(f"the cache folder {root} cannot be written: set MACWRIGHT_CACHE to one that can")
    return root


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
