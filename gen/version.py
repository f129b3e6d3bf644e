"""Versions of Macwright and of the tools that decide what it writes."""

from importlib.metadata import PackageNotFoundError, version

MACWRIGHT = version("macwright")


def package_version(name: str) -> str | None:
    """Return the version of an installed Python package, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
