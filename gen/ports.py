"""Port names as a Verilog user expects them: `clk`, `rst`, and AXI4-Stream names for streams."""

import dataclasses

from amaranth.hdl import Shape, Value
from amaranth.lib import data, stream, wiring


@dataclasses.dataclass(frozen=True)
class Port:
    """One Verilog port: its name, direction, width, meaning, and the Amaranth value behind it."""

    name: str
    direction: str
    width: int
    signed: bool
    doc: str
    layout: str
    value: Value = dataclasses.field(repr=False, compare=False)


def verilog_ports(component: wiring.Component) -> list[Port]:
    """Return the ports of a unit, without clock and reset.

    A stream `a` into the unit becomes `s_axis_a_tdata`, `..._tvalid`, `..._tready` and a `t`-port for each
    further field of its payload (`..._tlast`); a stream out of it `m_axis_...`. Other ports keep their name.
    """
    ports = []
    for name, member in component.signature.members.items():
        doc = component.port_docs.get(name, "").format(latency=getattr(component.spec, "latency", ""))
        if member.is_port:
            ports.append(_port(name, getattr(component, name), member.flow == wiring.In, doc))
            continue
        into = member.flow == wiring.In
        prefix = f"{'s' if into else 'm'}_axis_{name}_t"
        interface = getattr(component, name)
        ports += [
            _port(f"{prefix}{f}", v, into, doc if f == "data" else "") for f, v in _fields(interface.payload)
        ]
        ports.append(_port(f"{prefix}valid", interface.valid, into, ""))
        if not member.signature.always_ready:
            ports.append(_port(f"{prefix}ready", interface.ready, not into, ""))
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


def _port(name: str, value, into: bool, doc: str) -> Port:
    layout = ""
    if isinstance(value, data.View) and isinstance(value.shape(), data.ArrayLayout):
        lanes = value.shape()
        element = Shape.cast(lanes.elem_shape)
        kind = "signed" if element.signed else "unsigned"
        layout = (
            f"lane i is bits [{element.width}*i +: {element.width}], {kind}, for i = 0..{lanes.length - 1}"
        )
    raw = Value.cast(value)
    return Port(name, "input" if into else "output", len(raw), raw.shape().signed, doc, layout, raw)
