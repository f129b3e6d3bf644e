"""From a component to RTLIL modules, each distinct one once, and from there to plain Verilog."""

import re
import tempfile
from pathlib import Path

from amaranth.back import rtlil
from amaranth.hdl import ClockDomain, ClockSignal, Instance, ResetSignal, Value
from amaranth.lib import wiring

from ..hdl.share import silenced
from ..hdl.spec import Spec
from .ports import verilog_ports
from .yosys import run_yosys

RESETS = ("sync", "async_low")

# Everything that makes the text readable happens here: registers as one `always` with their reset and
# enable, named intermediate signals, no initial values that an ASIC does not have, of memories neither.
_TO_VERILOG = """
read_rtlil design.il
setattr -unset init w:*
delete t:$meminit_v2
proc
opt
opt_dff -simple-dffe
wreduce
opt_clean -purge
{async_low}
autoname
check -assert
write_verilog -noattr design.v
"""

# The domain's reset net is active high inside Amaranth; the port is called rst_n and every register that
# uses it is told that it is active low.
_ASYNC_LOW = "setparam -set ARST_POLARITY 1'0 t:$adff t:$adffe"


class EmissionPlatform:
    """The platform that `share` knows: keeps one RTLIL module per distinct (class, Spec).

    `top` is the name of the outermost module and `spec` its Spec; the others are called `<top>__<class>`
    and what tells their Spec from `spec`, so that files for different Specs can be used side by side.
    """

    def __init__(self, top: str, spec: Spec, reset: str):
        self.top = top
        self.spec = spec
        self.reset = reset
        self.components: dict[str, wiring.Component] = {}
        self.ports: dict[str, list[str]] = {}
        self.rtlil: list[str] = []

    @property
    def reset_port(self) -> str:
        """Name of the reset port."""
        return "rst" if self.reset == "sync" else "rst_n"

    def place(self, component: wiring.Component, instance: str) -> Instance:
        """Return an instance of the component's module, which is made when first asked for.

        What leaves the instance is named `<instance>_<port>`; what enters it keeps its name in the parent.
        """
        name = f"{self.top}__{_snake(type(component).__name__)}{component.spec.suffix(self.spec.as_dict())}"
        if name not in self.components:
            self.emit(name, component)
        silenced(component)
        connections = {}
        for path, member, value in component.signature.flatten(component):
            port = "__".join(map(str, path))
            enters = member.flow == wiring.In
            Value.cast(value).name = "" if enters else f"{instance}_{port}"
            connections[("i_" if enters else "o_") + port] = value
        if "clk" in self.ports[name]:
            connections["i_clk"] = ClockSignal()
        if self.reset_port in self.ports[name]:
            connections[f"i_{self.reset_port}"] = ResetSignal()
        return Instance(name, **connections)

    def emit(self, name: str, component: wiring.Component) -> None:
        """Convert one component to an RTLIL module and remember the order of its ports."""

        def domain(domain_name: str) -> ClockDomain:
            cd = ClockDomain(domain_name, async_reset=self.reset != "sync")
            cd.rst.name = self.reset_port
            return cd

        self.components[name] = component
        text = rtlil.convert(component, name, self, emit_src=False, missing_domain=domain)
        for port in ("clk", self.reset_port):
            # Amaranth gives every module both; one that uses neither should not have them.
            if len(re.findall(rf"\\{port}\b", text)) == 1:
                text = re.sub(rf"^ *wire .*\\{port}\n", "", text, flags=re.MULTILINE)
        self.rtlil.append(text)
        clocking = [port for port in ("clk", self.reset_port) if f"\\{port}\n" in text]
        self.ports[name] = clocking + [
            "__".join(map(str, path)) for path, *_ in component.signature.flatten(component)
        ]


class VerilogPorts(wiring.Component):
    """A unit behind ports with Verilog names; its logic stays in the same module."""

    def __init__(self, unit: wiring.Component):
        self.unit = unit
        self.spec = unit.spec
        self.port_list = verilog_ports(unit)
        flows = {"input": wiring.In, "output": wiring.Out}
        super().__init__({p.name: flows[p.direction](value.shape()) for p, value in self.port_list})

    def elaborate(self, platform):
        """Build the unit and connect its ports."""
        m = self.unit.elaborate(platform)
        for port, value in self.port_list:
            outside = getattr(self, port.name)
            m.d.comb += value.eq(outside) if port.direction == "input" else outside.eq(value)
        return m


def emit(unit: wiring.Component, top: str, reset: str = "sync") -> tuple[str, EmissionPlatform]:
    """Return the Verilog of a unit as Yosys writes it, and the platform that knows its modules."""
    platform = EmissionPlatform(top, unit.spec, reset)
    platform.emit(top, VerilogPorts(unit))
    with tempfile.TemporaryDirectory(prefix="macwright-") as folder:
        (Path(folder) / "design.il").write_text("\n".join(platform.rtlil))
        run_yosys(_TO_VERILOG.format(async_low=_ASYNC_LOW if reset == "async_low" else ""), Path(folder))
        return (Path(folder) / "design.v").read_text(), platform


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))
