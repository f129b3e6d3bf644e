"""Counts transitions in a mapped netlist: 64 runs at a time, one in every bit of a machine word.

Every cell takes one unit of time, so that the glitches of unequal paths are counted, although not with the
cells' true delays. Whole groups of equal cells are evaluated by one NumPy expression.
"""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np

from ..golden.errors import UsageError
from .liberty import Library

LANES = 64
_ZERO = np.uint64(0)
_ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


@dataclasses.dataclass
class Activity:
    """Per net and cycle, averaged over the lanes: transitions, and the share of cycles that end at 1."""

    transitions: np.ndarray
    duty: np.ndarray


@dataclasses.dataclass
class Group:
    """Equal outputs of equal cells: the nets they read, by pin, and the nets they drive."""

    function: str
    inputs: dict[str, np.ndarray]
    outputs: np.ndarray


class GateNetlist:
    """A flat netlist of library cells, read from Yosys's JSON."""

    def __init__(self, path: Path, top: str, library: Library):
        module = json.loads(path.read_text())["modules"][top]
        self.numbers: dict[int | str, int] = {"0": 0, "1": 1, "x": 0, "z": 0}
        self.ports = {n: [self._net(b) for b in p["bits"]] for n, p in module["ports"].items()}
        #: Output pins by cell name, as (pin, net); cells with a register are in `registers`.
        self.outputs: dict[str, list[tuple[str, int]]] = {}
        self.registers: set[str] = set()
        gates: dict[tuple[str, str], list[dict[str, int]]] = {}
        states: dict[str, list[dict[str, int]]] = {}
        for name, cell in module["cells"].items():
            kind = cell["type"].lstrip("\\")
            if kind not in library.cells or library.cells[kind].odd:
                raise UsageError(
                    f"switching activity cannot be simulated through a cell {kind}: give an assumed toggle rate"
                )
            nets = {pin: self._net(bits[0]) for pin, bits in cell["connections"].items() if bits}
            facts = library.cells[kind]
            self.outputs[name] = [(p, nets[p]) for p in nets if facts.pins[p].function]
            if facts.ff:
                self.registers.add(name)
                states.setdefault(kind, []).append(nets)
            for pin, _ in self.outputs[name] if not facts.ff else ():
                gates.setdefault((kind, pin), []).append(nets)
        self.groups = [
            self._group(library.cells[kind].pins[pin].function, pin, cells)
            for (kind, pin), cells in gates.items()
        ]
        self.flops = [group for kind, cells in states.items() for group in self._flops(library, kind, cells)]
        self.size = max(self.numbers.values()) + 1

    def _net(self, bit: int | str) -> int:
        """Return the number of a net: 0 and 1 are the constants (x and z count as 0), then as they come."""
        if bit not in self.numbers:
            self.numbers[bit] = len(self.numbers) - 2
        return self.numbers[bit]

    def _group(self, function: str, pin: str, cells: list[dict[str, int]]) -> Group:
        expression, names = to_python(function)
        inputs = {name: np.array([nets[name] for nets in cells]) for name in names}
        return Group(expression, inputs, np.array([nets[pin] for nets in cells]))

    def _flops(self, library: Library, kind: str, cells: list[dict[str, int]]) -> list[Group]:
        facts = library.cells[kind]
        if {"clear", "preset"} & facts.ff.keys() or not facts.ff["clocked_on"].strip("()").isidentifier():
            raise UsageError(
                f"switching activity cannot be simulated through the register {kind}, which has more than a "
                "rising clock edge: give an assumed toggle rate"
            )
        groups = []
        for pin, facts_pin in facts.pins.items():
            if not facts_pin.function:
                continue
            state = facts_pin.function.strip("() ")
            used = [nets for nets in cells if pin in nets]
            if used:
                inverted = state == facts.ff["inverse"]
                function = f"!({facts.ff['next_state']})" if inverted else facts.ff["next_state"]
                groups.append(self._group(function, pin, used))
        return groups


def simulate(
    netlist: GateNetlist, inputs: dict[str, np.ndarray], warm_up: int
) -> tuple[Activity, dict[str, np.ndarray]]:
    """Run a netlist from an all-zero state and return its activity and its output ports.

    inputs: by port, uint64 of shape (cycles, width); bit n of a word belongs to run n. The first `warm_up`
    cycles are not counted. Outputs have the same form and show the end of each cycle.
    Raises UsageError if the netlist oscillates.
    """
    values = np.zeros(netlist.size, np.uint64)
    values[1] = _ALL
    transitions = np.zeros(netlist.size, np.int64)
    ones = np.zeros(netlist.size, np.int64)
    cycles = len(next(iter(inputs.values())))
    drivers = [
        (np.array(netlist.ports[name]), words) for name, words in inputs.items() if name in netlist.ports
    ]
    shown = {name: np.zeros((cycles, len(nets)), np.uint64) for name, nets in netlist.ports.items()}
    gates = [(eval(f"lambda {','.join(g.inputs)}: {g.function}"), g) for g in netlist.groups]
    flops = [(eval(f"lambda {','.join(g.inputs)}: {g.function}"), g) for g in netlist.flops]
    for cycle in range(cycles):
        edge = values.copy()
        for function, group in flops:
            edge[group.outputs] = function(*(values[nets] for nets in group.inputs.values()))
        for nets, words in drivers:
            edge[nets] = words[cycle]
        for _ in range(10_000):
            if cycle >= warm_up:
                transitions += popcount(edge ^ values)
            values, edge = edge, edge.copy()
            for function, group in gates:
                edge[group.outputs] = function(*(values[nets] for nets in group.inputs.values()))
            if np.array_equal(edge, values):
                break
        else:
            raise UsageError("the netlist oscillates: it has a combinational loop")
        if cycle >= warm_up:
            ones += popcount(values)
        for name, nets in netlist.ports.items():
            shown[name][cycle] = values[nets]
    counted = max(cycles - warm_up, 1) * LANES
    return Activity(transitions / counted, ones / counted), shown


def popcount(words: np.ndarray) -> np.ndarray:
    """Return the number of ones in every 64-bit word."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(words).astype(np.int64)
    return np.unpackbits(words.view(np.uint8).reshape(len(words), 8), axis=1).sum(axis=1, dtype=np.int64)


def to_python(function: str) -> tuple[str, list[str]]:
    """Translate a Liberty function to a Python expression on words; return it and its input pins."""
    tokens = re.findall(r"\w+|[!'^&*|+()]", function)
    position = 0

    def peek() -> str:
        return tokens[position] if position < len(tokens) else ""

    def take() -> str:
        nonlocal position
        position += 1
        return tokens[position - 1]

    def atom() -> str:
        token = take()
        if token == "!":
            return f"(~{atom()})"
        if token == "(":
            text = alternatives()
            take()
        else:
            text = {"0": "_ZERO", "1": "_ALL"}.get(token, token)
        while peek() == "'":
            take()
            text = f"(~{text})"
        return text

    def exclusive() -> str:
        text = atom()
        while peek() == "^":
            take()
            text = f"({text} ^ {atom()})"
        return text

    def conjunction() -> str:
        text = exclusive()
        while peek() not in ("", ")", "|", "+"):
            if peek() in "&*":
                take()
            text = f"({text} & {exclusive()})"
        return text

    def alternatives() -> str:
        text = conjunction()
        while peek() and peek() in "|+":
            take()
            text = f"({text} | {conjunction()})"
        return text

    expression = alternatives()
    return expression, sorted({t for t in tokens if re.match(r"[A-Za-z_]", t)})
