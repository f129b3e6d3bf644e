"""Port names as a Verilog user expects them: `clk`, `rst`, and AXI4-Stream names for streams."""

import dataclasses

from amaranth.hdl import Shape, Value
from amaranth.lib import data, stream, wiring


@dataclasses.dataclass(frozen=True)
class Port:
    """One Verilog port: `lanes` integers of `width // lanes` bits, lane 0 in the low bits."""

    name: str
    direction: str
    width: int
    lanes: int = 1
    signed: bool = False
    doc: str = ""

    @property
    def lane_width(self) -> int:
        """Width of one lane in bits."""
        return self.width // self.lanes

    @property
    def layout(self) -> str:
        """Where the lanes lie, in words; empty for a single bit."""
        if self.width == 1:
            return ""
        kind = "signed" if self.signed else "unsigned"
        if self.lanes == 1:
            return f"{self.width} bits, {kind}"
        return f"lane i is bits [{self.lane_width}*i +: {self.lane_width}], {kind}, i = 0..{self.lanes - 1}"


def verilog_ports(component: wiring.Component) -> list[tuple[Port, Value]]:
    """Return the ports of a unit, without clock and reset, each with the Amaranth value behind it.

    A stream `a` into the unit becomes `s_axis_a_tdata`, `..._tvalid`, `..._tready` and a `t`-port for each
    further field of its payload (`..._tlast`); a stream out of it `m_axis_...`. Other ports keep their name.
    """
    ports = []
    for name, member in component.signature.members.items():
        doc = component.port_docs.get(name, "").format(latency=getattr(component.spec, "latency", ""))
        into = member.flow == wiring.In
        interface = getattr(component, name)
        if member.is_port:
            ports.append(_port(name, interface, into, doc))
            continue
        prefix = f"{'s' if into else 'm'}_axis_{name}_t"
        for i, (field, value) in enumerate(_fields(interface.payload)):
            ports.append(_port(f"{prefix}{field}", value, into, "" if i else doc))
        ports.append(_port(f"{prefix}valid", interface.valid, into))
        if not member.signature.always_ready:
            ports.append(_port(f"{prefix}ready", interface.ready, not into))
    return ports


def stream_names(component: wiring.Component) -> dict[str, bool]:
    """Return the unit's streams by name; true for those that enter it."""
    members = component.signature.members.items()
    return {
        name: member.flow == wiring.In
        for name, member in members
        if member.is_signature and isinstance(member.signature, stream.Signature)
    }


def _fields(payload):
    if isinstance(payload, data.View) and isinstance(payload.shape(), data.StructLayout):
        return [(name, payload[name]) for name in payload.shape().members]
    return [("data", payload)]


def _port(name: str, value, into: bool, doc: str = "") -> tuple[Port, Value]:
    raw = Value.cast(value)
    lanes, shape = 1, raw.shape()
    if isinstance(value, data.View) and isinstance(value.shape(), data.ArrayLayout):
        lanes, shape = value.shape().length, Shape.cast(value.shape().elem_shape)
    return Port(name, "input" if into else "output", len(raw), lanes, shape.signed, doc), raw
