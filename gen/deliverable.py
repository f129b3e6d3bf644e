"""A folder that a user takes away: Verilog, instantiation template, README and manifest."""

import dataclasses
import json
import os
import shutil
import tempfile
from pathlib import Path

from ..golden.errors import UsageError
from ..hdl.spec import Spec
from .catalog import Unit, find_unit
from .emission import RESETS
from .family import family_specs, make_family
from .manifest import sha256, unit_manifest
from .verilog import Verilog, command_line, make_verilog


@dataclasses.dataclass(frozen=True)
class Deliverable:
    """Where a generated unit lies: the folder, its outermost module, and the files by name."""

    folder: Path
    top: str
    files: list[str]


def generate(
    unit: str,
    assignments: dict[str, str] | Spec,
    out: Path,
    *,
    reset: str = "sync",
    family: dict[str, list[str]] | None = None,
    force: bool = False,
) -> Deliverable:
    """Write the deliverable of a unit to the folder `out` and return what was written.

    assignments: a Spec, or `{"rows": "4"}` as on the command line. reset: `sync` or `async_low`.
    family: `{"rows": ["4", "8"]}` generates every combination and a wrapper with Verilog parameters.
    The folder must not exist or be empty, unless `force`, which replaces it. Nothing is written unless
    everything could be made. Raises UsageError on a wrong request.
    """
    entry = find_unit(unit)
    if reset not in RESETS:
        raise UsageError(f"reset={reset!r} is not one of {', '.join(RESETS)}")
    check_output(out, force)
    if family:
        base = {} if isinstance(assignments, Spec) else assignments
        specs = family_specs(entry, base, family)
        top, wrapper, variants = make_family(entry, specs, list(family), reset)
        files = {f"{v.top}.v": v.text for v in variants} | {f"{top}.v": wrapper}
        manifest = {"module": top, "files": {n: sha256(t) for n, t in files.items()}} | {
            "variants": [
                unit_manifest(entry, s, v, {f"{v.top}.v": v.text})
                for s, v in zip(specs, variants, strict=True)
            ]
        }
    else:
        spec = assignments if isinstance(assignments, Spec) else entry.spec.parse(assignments)
        verilog = make_verilog(entry, spec, reset)
        top = verilog.top
        files = {
            f"{top}.v": verilog.text,
            f"{top}_template.v": instantiation(verilog),
            "README.md": readme(entry, spec, verilog),
        }
        manifest = unit_manifest(entry, spec, verilog, files)
    files["manifest.json"] = json.dumps(manifest, indent=1) + "\n"
    write_folder(out, files, force)
    return Deliverable(out, top, list(files))


def check_output(out: Path, force: bool) -> None:
    """Raise UsageError if the folder `out` may not be written."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file: give a folder that does not exist yet")
    if out.exists() and any(out.iterdir()) and not force:
        raise UsageError(f"{out} exists and is not empty: give another folder, or --force to replace it")
    parent = out if out.exists() else next(p for p in out.absolute().parents if p.exists())
    if not os.access(parent, os.W_OK):
        raise UsageError(f"{parent} is not writable: give another output folder")


def write_folder(out: Path, files: dict[str, str], force: bool = False) -> None:
    """Write all `files` (name to text) into the folder `out`, or none: it appears complete."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
        staging.chmod(0o755)
        for name, text in files.items():
            (staging / name).write_text(text)
        if out.exists():
            check_output(out, force)
            shutil.rmtree(out)
        staging.rename(out)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}: give another output folder") from None


def instantiation(verilog: Verilog) -> str:
    """Return a Verilog template that instantiates the module, with a declared signal per port."""
    clocking = ["clk"] + ([verilog.reset_port] if verilog.uses_reset else [])
    declarations = "".join(
        f"wire {f'[{p.width - 1}:0] ' if p.width > 1 else ''}{p.name};\n" for p in verilog.ports
    )
    connections = ",\n".join(f"  .{name}({name})" for name in clocking + [p.name for p in verilog.ports])
    return f"{declarations}\n{verilog.top} {verilog.top}_0 (\n{connections}\n);\n"


def readme(unit: Unit, spec: Spec, verilog: Verilog) -> str:
    """Return the README of a deliverable."""
    params = "\n".join(f"| {n} | {v} | {spec.params()[n].meaning} |" for n, v in spec.as_dict().items())
    ports = "\n".join(
        f"| `{p.name}` | {p.direction} | {p.width} | {'; '.join(t for t in (p.doc, p.layout) if t)} |"
        for p in verilog.ports
    )
    doc = "\n".join(line.removeprefix("    ") for line in unit.component.__doc__.strip().splitlines())
    return (
        f"# {verilog.top}\n\n{unit.summary}. Source: {unit.source}.\n\n```\n{doc}\n```\n\n"
        f"Made by `{command_line(unit, spec, verilog.reset)}`.\n\n"
        f"| parameter | value | meaning |\n|---|---|---|\n{params}\n\n"
        f"Latency {spec.latency} cycles, at most {spec.macs_per_cycle} MAC per cycle. "
        f"Besides `clk`{f' and `{verilog.reset_port}`' if verilog.uses_reset else ''} the ports are:\n\n"
        f"| port | direction | bits | meaning |\n|---|---|---|---|\n{ports}\n\n"
        f"Prove it: `macwright verify {unit.name} {spec.arguments()}`".rstrip()
        + ".\n"
    )
