"""The Verilog of one Spec: emission, headings and port comments in one text."""

import dataclasses
import textwrap

from ..hdl.spec import Spec, as_text
from .catalog import Unit
from .emission import emit
from .ports import Port, stream_names, verilog_ports
from .prettify import prettify
from .version import MACWRIGHT


@dataclasses.dataclass(frozen=True)
class Verilog:
    """Generated Verilog and what there is to know about its outermost module, `top`.

    `ports` leaves out clock and reset; `streams` says of each stream whether it enters.
    """

    top: str
    text: str
    ports: list[Port]
    modules: list[str]
    streams: dict[str, bool]
    reset: str
    uses_reset: bool

    @property
    def reset_port(self) -> str:
        """`rst` (synchronous, active high) or `rst_n` (asynchronous, active low)."""
        return "rst" if self.reset == "sync" else "rst_n"


def command_line(unit: Unit, spec: Spec, reset: str = "sync") -> str:
    """Return the command that generates this Spec again."""
    return " ".join(f"macwright generate {unit.name} {spec.arguments()}".split()) + reset_option(reset)


def reset_option(reset: str) -> str:
    """Return the option of the command line that asks for this kind of reset."""
    return "" if reset == "sync" else f" --reset {reset}"


def make_verilog(unit: Unit, spec: Spec, reset: str = "sync", top: str | None = None) -> Verilog:
    """Return the Verilog for `spec`; the same arguments and tools give the same bytes.

    `reset` is `sync` (active high `rst`) or `async_low` (`rst_n`); the latter's modules end in `_async`.
    """
    top = top or unit.module_name(spec) + ("" if reset == "sync" else "_async")
    component = unit.build(spec)
    text, platform = emit(component, top, reset)
    ports = [port for port, _ in verilog_ports(component)]
    docs = {name: _port_docs(c, platform.reset_port) for name, c in platform.components.items()}
    docs[top] |= {p.name: p.doc for p in ports}

    def heading(module: str) -> str:
        if module == top:
            return _file_header(unit, spec, reset, ports, platform.reset_port in platform.ports[top])
        return _comment(_first_paragraph(platform.components[module]))

    order = {name: platform.ports[name] for name in platform.components}
    return Verilog(
        top,
        prettify(text, order, docs, heading),
        ports,
        list(order),
        stream_names(component),
        reset,
        platform.reset_port in order[top],
    )


def _file_header(unit: Unit, spec: Spec, reset: str, ports: list[Port], uses_reset: bool) -> str:
    values = "\n".join(f"  {name} = {as_text(value)}" for name, value in spec.as_dict().items())
    clocking = ["  clk, rising edge"]
    if uses_reset:
        kinds = {
            "sync": "rst is synchronous and active high",
            "async_low": "rst_n is asynchronous and active low",
        }
        clocking.append(f"  {kinds[reset]}")
    clocking.append("  no register relies on an initial value")
    layouts = [f"  {p.name}: {p.layout}" for p in ports if p.width > 1]
    sections = [
        unit.summary,
        f"Made by Macwright {MACWRIGHT}. The same file again:\n  {command_line(unit, spec, reset)}",
        f"Spec:\n{values}",
        "What follows from it:\n" + "\n".join(f"  {fact}" for fact in consequences(spec)),
        "Clock and reset:\n" + "\n".join(clocking),
        "Layout:\n" + "\n".join(layouts),
        f"Source: {unit.source}",
        "SPDX-License-Identifier: Apache-2.0",
    ]
    return _comment("\n\n".join(sections))


def consequences(spec: Spec) -> list[str]:
    """Return what a Spec promises, as short sentences: timing, and where there is one the accumulator."""
    if spec.latency is None:
        macs, plural = spec.macs_per_cycle, "s" if spec.macs_per_cycle > 1 else ""
        facts = ["latency: depends on the data"]
        facts.append(f"at least {macs:g} multiply-accumulate{plural} per cycle, more where digits are zero")
    else:
        facts = [f"latency: {spec.latency} cycle{'s' if spec.latency > 1 else ''}"]
        for field, thing in (("macs_per_cycle", "multiply-accumulate"), ("elements_per_cycle", "result")):
            if hasattr(spec, field):
                count = getattr(spec, field)
                facts.append(f"peak: {count} {thing}{'s' if count > 1 else ''} per cycle")
    if spec.weights:
        k, n, digest = spec.weights.facts.values()
        sums = f"exact for these weights: K = {k}, N = {n}, sha256 {digest}"
        facts.append(f"accumulator: {spec.acc_width} bits, {sums}")
    elif hasattr(spec, "k_limit"):
        sums = f"exact up to K = {spec.k_limit}" if spec.k_limit else f"overflow: {spec.overflow}"
        facts.append(f"accumulator: {spec.acc_width} bits, {sums}")
    return facts + [f"caution: {caution}" for caution in spec.cautions]


def _port_docs(component, reset_port: str) -> dict[str, str]:
    docs = {
        name: doc.format(latency=getattr(component.spec, "latency", ""))
        for name, doc in getattr(component, "port_docs", {}).items()
    }
    reset_doc = "synchronous reset, active high" if reset_port == "rst" else "asynchronous reset, active low"
    return {"clk": "clock, rising edge", reset_port: reset_doc} | docs


def _first_paragraph(component) -> str:
    return " ".join(type(component).__doc__.strip().split("\n\n")[0].split())


def _comment(text: str) -> str:
    lines = []
    for line in text.strip().split("\n"):
        indent = "    " if line.startswith("  ") else ""
        lines += textwrap.wrap(
            line, 106, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
        ) or [""]
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)
