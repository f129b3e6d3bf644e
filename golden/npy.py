"""Arrays in files: what users give, and sentences about what is wrong with it."""

import zipfile
from pathlib import Path

import numpy as np

from .errors import UsageError


def load_weights(path: Path, fields: tuple[str, ...]) -> tuple[np.ndarray, dict[str, np.ndarray] | None]:
    """Return B and the arrays that go with its groups: a .npz with `b` and `fields`, or without them a .npy.

    Raises UsageError, which names the file, if that is not what is there.
    """
    if not fields:
        return load_array(path), None
    names = ("b", *fields)
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = dict(archive) if isinstance(archive, np.lib.npyio.NpzFile) else {}
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist: give a .npz file with {', '.join(names)}") from None
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, AttributeError):
        found = {}
    if set(found) != set(names):
        held = f"holds {', '.join(sorted(found))}" if found else "is no .npz file"
        raise UsageError(f"{path} {held}: give a .npz file with {', '.join(names)}")
    return found["b"], {name: found[name] for name in fields}


def load_array(path: Path) -> np.ndarray:
    """Return the array in a .npy file. Raises UsageError, which names the file, if there is none."""
    try:
        found = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist: give a .npy file") from None
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path} is not a .npy file of numbers: {str(error).split('. ')[0]}") from None
    if not isinstance(found, np.ndarray):
        raise UsageError(f"{path} is not a .npy file but an archive of several: give one array")
    return found
