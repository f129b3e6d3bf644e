"""The tool scripts of `synth/scripts`: plain files, in which a few `{names}` are filled in."""

from importlib.resources import files

from ..gen.manifest import sha256


def script(name: str, **values: object) -> str:
    """Return a Yosys or ABC script with `{top}`, `{period_ps}` and so on filled in."""
    return source(name).format(**values)


def tcl(name: str, **values: object) -> str:
    """Return a Tcl script, preceded by a `set` for every value: Tcl uses braces itself."""
    return "".join(f"set {key.upper()} {{{value}}}\n" for key, value in values.items()) + source(name)


def source(name: str) -> str:
    """Return a script as it stands in `synth/scripts`."""
    return (files(__package__) / "scripts" / name).read_text()


def flow_hash() -> str:
    """Return a hash of everything in this room, the scripts included: cached figures belong to one flow."""
    room = files(__package__)
    parts = [p for p in room.iterdir() if p.name.endswith(".py")]
    parts += list((room / "scripts").iterdir()) + [files(__package__.replace("synth", "tb")) / "stimulus.py"]
    return sha256("".join(f"{p.name}\n{p.read_text()}" for p in sorted(parts, key=lambda p: p.name)))
