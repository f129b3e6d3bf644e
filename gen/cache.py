"""Where built things are kept between runs, by content; one folder per key, made by one process at a time."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from ..golden.errors import UsageError

#: Builds of a kind that are kept, those used last; one is up to some ten megabytes.
KEPT = 400


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
    for the same key wait meanwhile. A new build takes the place of the one that was not used for longest.
    """
    folder = cache_root() / kind / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        complete = folder / "complete"
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _forget(folder.parent)
        yield folder, complete.exists()
        complete.touch()


def _forget(kind: Path) -> None:
    """Remove all complete builds but those used last, unless someone holds them."""
    used = {}
    for complete in kind.glob("*/complete"):
        with contextlib.suppress(FileNotFoundError):  # Another process may be removing it.
            used[complete.parent] = complete.stat().st_mtime_ns
    for folder in sorted(used, key=used.get)[:-KEPT]:
        with contextlib.suppress(Timeout), FileLock(f"{folder}.lock", timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
