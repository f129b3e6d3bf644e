"""Proof by SAT that what a component emits makes an expression true, for every input and every state."""

import re
import tempfile
from pathlib import Path

from macwright.gen.emission import EmissionPlatform, VerilogPorts, emit
from macwright.gen.ports import verilog_ports
from macwright.gen.yosys import run_yosys
from macwright.hdl.share import silenced

PROVEN = "SAT proof finished - no model found: SUCCESS!"

SCRIPT = """
{read} unit_{n}
setattr -unset init w:*
read_verilog claim_{n}.v
hierarchy -top claim
flatten
proc
dffunmap
opt -full
sat {options} -prove holds 1 claim
design -reset
"""


def claim_text(component, expression: str, past: bool) -> str:
    """Return a module whose output `holds` is `expression` over the ports of an instance of `unit`.

    With `past`, `past_<port>` is what the port was a clock cycle earlier.
    """
    ports = [port for port, _ in verilog_ports(component)]
    inputs = ", ".join(p.name for p in ports if p.direction == "input")
    names = [p.name for p in ports] + (["clk"] if past else [])
    lines = [f"module claim({inputs}{', clk' if past else ''}, holds);", "  output holds;"]
    lines += ["  input clk;"] if past else []
    for p in ports:
        kind = "input" if p.direction == "input" else "wire"
        shape = f"{'signed ' if p.signed else ''}[{p.width - 1}:0]"
        lines.append(f"  {kind} {shape} {p.name};")
        if past:
            lines.append(f"  reg {shape} past_{p.name};\n  always @(posedge clk) past_{p.name} <= {p.name};")
    lines.append(f"  unit u ({', '.join(f'.{name}({name})' for name in names)});")
    return "\n".join(lines + [f"  assign holds = {expression};", "endmodule\n"])


def rtlil(component) -> str:
    """Return what the component's Verilog is written from, without a run of Yosys of its own."""
    platform = EmissionPlatform("unit", component.spec, "sync")
    platform.emit("unit", VerilogPorts(silenced(component)))
    return "\n".join(platform.rtlil)


def counterexamples(cases, past: bool = False, spoil=None) -> list[str]:
    """Return, per case (component, Verilog expression), "" if proven and otherwise the counterexample.

    With `past` the components have a clock, and every state is taken as a possible one. The proof is about
    the RTLIL that Verilog is written from; with `spoil`, a function that changes the Verilog so that a
    proof can be seen to fail, it is about that Verilog.
    """
    options = "-seq 2 -prove-skip 1 -show-inputs" if past else "-show-inputs"
    with tempfile.TemporaryDirectory(prefix="macwright-") as name:
        folder = Path(name)
        script = ""
        for n, (component, expression) in enumerate(cases):
            if spoil:
                text, read = spoil(emit(silenced(component), "unit")[0]), "read_verilog"
            else:
                text, read = rtlil(component), "read_rtlil"
            (folder / f"unit_{n}").write_text(text)
            (folder / f"claim_{n}.v").write_text(claim_text(component, expression, past))
            script += SCRIPT.format(n=n, read=read, options=options)
        log = run_yosys(script, folder)
    results = re.split(r"^.*Executing SAT pass.*$", log, flags=re.MULTILINE)[1:]
    assert len(results) == len(cases)
    return ["" if PROVEN in result else result.split("Executing")[0][:4000] for result in results]


def prove(cases, past: bool = False) -> None:
    """Fail, with a counterexample, unless every case (component, Verilog expression) holds."""
    for (component, expression), found in zip(cases, counterexamples(cases, past), strict=True):
        assert not found, f"{component.spec}: {expression} does not hold\n{found}"
