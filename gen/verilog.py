"""The Verilog of one Spec: emission, headings and port comments in one text."""

import dataclasses
import textwrap

from ..hdl.spec import Spec
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
    option = "" if reset == "sync" else f" --reset {reset}"
    return " ".join(f"macwright generate {unit.name} {spec.arguments()}".split()) + option


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
            return _file_header(unit, spec, reset, ports)
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


def _file_header(unit: Unit, spec: Spec, reset: str, ports: list[Port]) -> str:
    values = "\n".join(
        f"  {name} = {str(value).lower() if not isinstance(value, int) or isinstance(value, bool) else value}"
        for name, value in spec.as_dict().items()
    )
    streams = "\n".join(f"  {p.name}: {p.layout}" for p in ports if p.width > 1)
    clocking = {
        "sync": "clk, rising edge; rst is synchronous and active high",
        "async_low": "clk, rising edge; rst_n is asynchronous and active low",
    }[reset]
    text = f"{unit.summary}\n\nMade by Macwright {MACWRIGHT}. The same file again:\n"
    text += f"  {command_line(unit, spec, reset)}\n"
    text += f"\nSpec:\n{values}\n"
    text += f"\nTiming:\n  latency = {spec.latency} cycles\n  peak = {spec.macs_per_cycle} MAC per cycle\n"
    text += f"\nClock and reset:\n  {clocking}\n  no register relies on an initial value\n"
    if streams:
        text += f"\nPayload layout:\n{streams}\n"
    text += f"\nSource: {unit.source}\n\nSPDX-License-Identifier: Apache-2.0\n"
    return _comment(text)


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
        lines += textwrap.wrap(line, 106, subsequent_indent=indent, break_on_hyphens=False) or [""]
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)
