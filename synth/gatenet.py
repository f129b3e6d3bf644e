"""A mapped netlist as arrays: which cells of a kind read and drive which nets."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from .liberty import Cell, Library
from .liberty_function import to_python


@dataclasses.dataclass
class Group:
    """Equal outputs of equal cells: their function, the nets they read, by pin, and the nets they drive."""

    function: str
    inputs: dict[str, np.ndarray]
    outputs: np.ndarray

    def compiled(self):
        """Return the function as a callable that takes the input words in the order of `inputs`."""
        names = {"ZERO": np.uint64(0), "ONES": ~np.uint64(0)}
        return eval(f"lambda {','.join(self.inputs)}: {self.function}", names)


class GateNetlist:
    """A flat netlist of library cells, read from Yosys's JSON.

    Nets are numbered: 0 and 1 are the constants. `gates` are the combinational outputs, `flops` the
    register outputs with their next state. `cells` maps a cell to its (pin, net) outputs.
    `refusal` says why the netlist cannot be simulated, if it holds a latch, a tri-state, or a register with
    set, clear or falling edge.
    """

    def __init__(self, path: Path, top: str, library: Library):
        module = json.loads(path.read_text())["modules"][top]
        self._numbers: dict[int | str, int] = {"0": 0, "1": 1, "x": 0, "z": 0}
        self.ports = {n: [self._net(b) for b in p["bits"]] for n, p in module["ports"].items()}
        self.directions = {n: p["direction"] for n, p in module["ports"].items()}
        self.cells: dict[str, list[tuple[str, int]]] = {}
        self.registers: set[str] = set()
        self.refusal = ""
        gates: dict[tuple[str, str], list[dict[str, int]]] = {}
        states: dict[tuple[str, str], list[dict[str, int]]] = {}
        for name, cell in module["cells"].items():
            kind = cell["type"].lstrip("\\")
            facts = library.cells[kind]
            self.refusal = self.refusal or _refusal(facts, kind)
            nets = {pin: self._net(bits[0]) for pin, bits in cell["connections"].items() if bits}
            self.cells[name] = [(pin, nets[pin]) for pin in nets if facts.pins[pin].function]
            if facts.ff:
                self.registers.add(name)
            for pin, _ in self.cells[name]:
                (states if facts.ff else gates).setdefault((kind, pin), []).append(nets)
        self.gates = [
            _group(library.cells[kind].pins[pin].function, pin, cells) for (kind, pin), cells in gates.items()
        ]
        self.flops = [
            _group(_next_state(library.cells[kind], pin), pin, cells) for (kind, pin), cells in states.items()
        ]
        self.size = max(self._numbers.values()) + 1

    def _net(self, bit: int | str) -> int:
        if bit not in self._numbers:
            self._numbers[bit] = len(self._numbers) - 2
        return self._numbers[bit]


def _refusal(cell: Cell, kind: str) -> str:
    ff = cell.ff or {"clocked_on": "clk"}
    if cell.odd or {"clear", "preset"} & ff.keys() or not ff["clocked_on"].strip("()").isidentifier():
        return (
            f"switching activity cannot be simulated through {kind}, which is not a gate or a register with "
            "nothing but a rising clock edge: give a toggle_rate"
        )
    return ""


def _next_state(cell: Cell, pin: str) -> str:
    state = cell.pins[pin].function.strip("() ")
    return f"!({cell.ff['next_state']})" if state == cell.ff["inverse"] else cell.ff["next_state"]


def _group(function: str, pin: str, cells: list[dict[str, int]]) -> Group:
    expression, names = to_python(function)
    inputs = {name: np.array([nets.get(name, 0) for nets in cells]) for name in names}
    return Group(expression, inputs, np.array([nets[pin] for nets in cells]))
