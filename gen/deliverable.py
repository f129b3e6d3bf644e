"""A folder that a user takes away: Verilog, instantiation template, README and manifest."""

import dataclasses
import json
import os
import shutil
import tempfile
from pathlib import Path

from ..golden.errors import UsageError
from ..hdl.spec import Spec, as_text
from .catalog import Unit, find_unit
from .emission import RESETS
from .family import family_command, family_specs, make_family
from .manifest import family_manifest, unit_manifest
from .ports import Port
from .verilog import Verilog, command_line, consequences, make_verilog, reset_option


@dataclasses.dataclass(frozen=True)
class Deliverable:
    """Where a generated unit lies: the folder, its outermost module, the files by name; what to warn of."""

    folder: Path
    top: str
    files: list[str]
    cautions: tuple[str, ...] = ()


def generate(
    unit: str,
    assignments: dict[str, str] | Spec,
    out: Path | None = None,
    *,
    reset: str = "sync",
    family: dict[str, list[str]] | None = None,
    force: bool = False,
) -> Deliverable:
    """Write the deliverable of a unit to the folder `out` (default: named after the module).

    assignments: a Spec, or `{"rows": "4"}` as on the command line. reset: `sync` or `async_low`.
    family: `{"rows": ["4", "8"]}` generates every combination and a wrapper with Verilog parameters.
    The folder must not exist or be empty, unless `force`, which replaces it. Nothing is written unless
    everything could be made. Raises UsageError on a wrong request.
    """
    entry = find_unit(unit)
    if reset not in RESETS:
        raise UsageError(f"reset={reset!r} is not one of {', '.join(RESETS)}")
    if out is not None:
        out = Path(out)
        check_output(out, force)
    if family:
        specs = family_specs(entry, _as_text(assignments), family)
        command = family_command(entry, _as_text(assignments), family, reset)
        top, wrapper, variants = make_family(entry, specs, list(family), reset, command)
        files = {f"{v.top}.v": v.text for v in variants} | {f"{top}.v": wrapper}
        manifest = family_manifest(entry, top, command, family, files) | {
            "variants": [
                unit_manifest(entry, s, v, {f"{v.top}.v": v.text})
                for s, v in zip(specs, variants, strict=True)
            ]
        }
    else:
        spec = assignments if isinstance(assignments, Spec) else entry.spec.parse(assignments)
        specs = [spec]
        verilog = make_verilog(entry, spec, reset)
        top = verilog.top
        files = {
            f"{top}.v": verilog.text,
            f"{top}_template.vh": instantiation(verilog),
            "README.md": readme(entry, spec, verilog),
        }
        manifest = unit_manifest(entry, spec, verilog, files)
    files["manifest.json"] = json.dumps(manifest, indent=1) + "\n"
    out = out or Path(top)
    check_output(out, force)
    write_folder(out, files, force)
    cautions = dict.fromkeys(caution for spec in specs for caution in spec.cautions)
    return Deliverable(out, top, list(files), tuple(cautions))


def _as_text(assignments: dict[str, str] | Spec) -> dict[str, str]:
    if isinstance(assignments, Spec):
        return {name: as_text(value) for name, value in assignments.changed().items()}
    return assignments


def check_output(out: Path, force: bool) -> None:
    """Raise UsageError if the folder `out` may not be written."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file: give a folder that does not exist yet")
    if out.exists() and any(out.iterdir()):
        if not force:
            raise UsageError(f"{out} exists and is not empty: give another folder, or --force to replace it")
        if not _is_deliverable(out):
            raise UsageError(f"{out} holds more than Macwright wrote: --force replaces only its own folders")
    parent = out if out.exists() else next(p for p in out.absolute().parents if p.exists())
    if not os.access(parent, os.W_OK):
        raise UsageError(f"{parent} is not writable: give another output folder")


def write_folder(out: Path, files: dict[str, str], force: bool = False) -> None:
    """Write all `files` (name to text) into the folder `out`, or none: it appears complete."""
    shown, out = out, out.resolve()
    staging = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=out.parent, prefix=".macwright-"))
        (staging / "new").mkdir()
        for name, text in files.items():
            (staging / "new" / name).write_text(text)
        if out.exists():
            check_output(out, force)
            out.rename(staging / "old")
        (staging / "new").rename(out)
    except OSError as error:
        raise UsageError(
            f"cannot write {shown}: {error.strerror or error}: give another output folder"
        ) from None
    finally:
        if staging:
            shutil.rmtree(staging, ignore_errors=True)


def _is_deliverable(folder: Path) -> bool:
    """Return whether a folder holds what its manifest names, and nothing else."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        return {p.name for p in folder.iterdir()} <= {"manifest.json", *manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False


def instantiation(verilog: Verilog) -> str:
    """Return a Verilog template that instantiates the module, with a declared signal per port."""
    clocking = ["clk"] + ([verilog.reset_port] if verilog.uses_reset else [])
    declarations = "".join(
        f"wire {f'[{p.width - 1}:0] ' if p.width > 1 else ''}{p.name};\n" for p in verilog.ports
    )
    declarations = f"// To be included in a module that has {' and '.join(clocking)}.\n{declarations}"
    connections = ",\n".join(f"  .{name}({name})" for name in clocking + [p.name for p in verilog.ports])
    return f"{declarations}\n{verilog.top} {verilog.top}_0 (\n{connections}\n);\n"


def readme(unit: Unit, spec: Spec, verilog: Verilog) -> str:
    """Return the README of a deliverable."""
    params = "\n".join(
        f"| {n} | {as_text(v)} | {spec.params()[n].meaning} |" for n, v in spec.as_dict().items()
    )
    ports = "\n".join(f"| `{p.name}` | {p.direction} | {_meaning(p)} |" for p in verilog.ports)
    doc = "\n".join(line.removeprefix("    ") for line in unit.component.__doc__.strip().splitlines())
    proof = " ".join(f"macwright verify {unit.name} {spec.arguments()}".split()) + reset_option(verilog.reset)
    clocking = "`clk`" + (f" and `{verilog.reset_port}`" if verilog.uses_reset else "")
    facts = "\n".join(f"- {fact}" for fact in consequences(spec))
    return (
        f"# {verilog.top}\n\n{unit.summary}. Source: {unit.source}.\n\n```\n{doc}\n```\n\n"
        f"Made by `{command_line(unit, spec, verilog.reset)}`, proved by `{proof}`.\n\n"
        f"| parameter | value | meaning |\n|---|---|---|\n{params}\n\n{facts}\n\n"
        f"Besides {clocking} the ports are:\n\n| port | direction | meaning |\n|---|---|---|\n{ports}\n"
    )


def _meaning(port: Port) -> str:
    """Return what a port carries; AXI4-Stream defines the handshake."""
    meanings = {
        "tvalid": "a beat is offered; it stays until it is taken",
        "tready": "the beat offered in this cycle is taken",
        "tlast": "this beat is the last one",
    }
    own = "; ".join(text for text in (port.doc, port.layout) if text)
    return own or meanings.get(port.name.rsplit("_", 1)[-1], "one bit")
