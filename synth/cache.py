"""Measured figures, kept under the hash of all that decides them.

A record is written to a temporary file and renamed, so that a run that is interrupted leaves nothing.
"""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..gen.cache import cache_root
from ..gen.manifest import sha256


def cache_folder() -> Path:
    """Return the folder that holds figures."""
    return cache_root() / "figures"


def cached(key: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the figures stored under `key`, or make and store them.

    key: everything that decides the figures, as JSON-able values. What `make` raises is not stored.
    """
    name = sha256(json.dumps(key, sort_keys=True))
    path = cache_folder() / name[:2] / f"{name}.json"
    try:
        return json.loads(path.read_text())["figures"]
    except (OSError, ValueError, KeyError):
        pass  # not there, or not readable: measure again
    figures = json.loads(json.dumps(make()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, staging = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w") as file:
            json.dump({"key": key, "figures": figures}, file, indent=1)
        os.replace(staging, path)
    except OSError:
        pass  # a cache that cannot be written costs time, not the result
    return figures
