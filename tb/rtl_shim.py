"""The C++ between NumPy arrays and a model that Verilator compiled."""

from typing import TYPE_CHECKING

from ..gen.ports import Port

if TYPE_CHECKING:
    # With it come all units, which a simulation of one need not load.
    from ..gen.verilog import Verilog

_TEMPLATE = """\
#include <cstdint>
#include "Vdut.h"

// Columns of values: one array per port, in the type that Verilator keeps the port in.
extern "C" {{

void* rtl_new() {{ return new Vdut; }}
void rtl_delete(void* handle) {{ delete static_cast<Vdut*>(handle); }}

// One row of inputs and outputs per cycle; outputs are taken before the rising edge.
void rtl_clock(void* handle, const void* const* in, void* const* out, uint64_t cycles, int reset) {{
  Vdut* m = static_cast<Vdut*>(handle);
{assert_reset}
  for (uint64_t t = 0; t < cycles; ++t) {{
{set_inputs}
    m->clk = 0;
    m->eval();
{get_outputs}
    m->clk = 1;
    m->eval();
  }}
{release_reset}
}}

// Every input stream is valid until its beats are through, every output stream is always ready.
// Returns the cycles taken, or -1 if nothing moved for `limit` cycles.
int64_t rtl_stream(void* handle, const void* const* in, const uint64_t* counts, void* const* out,
                   const uint64_t* wanted, uint64_t limit) {{
  Vdut* m = static_cast<Vdut*>(handle);
{stream_state}
  uint64_t still = 0;
  for (uint64_t cycle = 0; still < limit; ++cycle) {{
    ++still;
    if ({done}) {{
{idle}
      return cycle;
    }}
{present}
    m->clk = 0;
    m->eval();
{handshake}
    m->clk = 1;
    m->eval();
  }}
  return -1;
}}

}}
"""


def shim_source(verilog: "Verilog") -> str:
    """Return the C++ source for one module."""
    inputs = [p for p in verilog.ports if p.direction == "input"]
    outputs = [p for p in verilog.ports if p.direction == "output"]
    ready_inputs = [p.name for p in inputs if p.name.endswith("_tready")]
    active, idle = (1, 0) if verilog.reset == "sync" else (0, 1)
    reset_port = f"m->{verilog.reset_port}" if verilog.uses_reset else None
    state, present, handshake, done, quiet = [], [], [], ["true"], []
    column, result, sources, sinks = 0, 0, 0, 0
    for name, into in verilog.streams.items():
        prefix = f"{'s' if into else 'm'}_axis_{name}_t"
        fields = [
            p
            for p in verilog.ports
            if p.name.startswith(prefix) and p.name[len(prefix) :] not in ("valid", "ready")
        ]
        has_ready = any(p.name == f"{prefix}ready" for p in verilog.ports)
        taken = f"m->{prefix}valid" + (f" && m->{prefix}ready" if has_ready else "")
        state.append(f"  uint64_t {name}_at = 0;")
        if into:
            loads = " ".join(_set(p, column + i, f"{name}_at") for i, p in enumerate(fields))
            present.append(
                f"    m->{prefix}valid = {name}_at < counts[{sources}];\n"
                f"    if (m->{prefix}valid) {{ {loads} }}"
            )
            handshake.append(f"    const bool {name}_taken = {taken};")
            quiet.append(f"      m->{prefix}valid = 0;")
            column, sources = column + len(fields), sources + 1
        else:
            stores = " ".join(_get(p, result + i, f"{name}_at") for i, p in enumerate(fields))
            handshake.append(
                f"    if ({taken} && {name}_at < wanted[{sinks}]) {{ {stores} ++{name}_at; still = 0; }}"
            )
            done.append(f"{name}_at >= wanted[{sinks}]")
            result, sinks = result + len(fields), sinks + 1
    present += [f"    m->{name} = 1;" for name in ready_inputs]
    advance = [
        f"    if ({name}_taken) {{ ++{name}_at; still = 0; }}"
        for name, into in verilog.streams.items()
        if into
    ]
    return _TEMPLATE.format(
        assert_reset=f"  {reset_port} = reset ? {active} : {idle};" if reset_port else "",
        release_reset=f"  {reset_port} = {idle};" if reset_port else "",
        set_inputs="\n".join("    " + _set(p, i, "t") for i, p in enumerate(inputs)),
        get_outputs="\n".join("    " + _get(p, i, "t") for i, p in enumerate(outputs)),
        stream_state="\n".join(state),
        done=" && ".join(done),
        idle="\n".join(quiet),
        present="\n".join(present),
        handshake="\n".join(handshake + advance),
    )


def _type(port: Port) -> str:
    return next((f"uint{bits}_t" for bits in (8, 16, 32, 64) if port.width <= bits), "uint32_t")


def _set(port: Port, column: int, row: str) -> str:
    source = f"static_cast<const {_type(port)}*>(in[{column}])"
    if port.width <= 64:
        return f"m->{port.name} = {source}[{row}];"
    words = -(-port.width // 32)
    return f"for (int w = 0; w < {words}; ++w) m->{port.name}[w] = {source}[{row} * {words} + w];"


def _get(port: Port, column: int, row: str) -> str:
    target = f"static_cast<{_type(port)}*>(out[{column}])"
    if port.width <= 64:
        return f"{target}[{row}] = m->{port.name};"
    words = -(-port.width // 32)
    return f"for (int w = 0; w < {words}; ++w) {target}[{row} * {words} + w] = m->{port.name}[w];"
