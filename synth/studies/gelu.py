"""GELU and SiLU in integers: tables, rounded correctly or faithful, and the published polynomial and shifts.

Whole units with one lane and its register, beside the same function with Verilog's operators, which for a
table is a plain lookup. An exponential to the base 2, which is a part of the softmaxes, stands behind the
same register.
"""

import re
from fractions import Fraction
from math import erf, exp

import numpy as np

from ...gen.catalog import find_unit
from ...gen.verilog import make_verilog
from ...golden.activation import activation
from ...golden.ibert import ibert_gelu_constants, igelu
from ...golden.ivit_exp import GELU_SLOPE, ivit_one, shiftgelu
from ...hdl.spec import Spec
from ..baseline import Baseline
from ..study import Case, Published, Study

#: Rows of normally distributed numbers; in peaked ones one of each row is PEAK.
ROWS, LENGTH, SEED, PEAK = 64, 256, 1, 12.0
PERIODS = (2500,)
#: Weights of codes of 8 bits, as their reciprocals: up to 4, 8 and 16.
SCALES = (32, 16, 8)
#: Those of which hardware is measured: what a plain lookup takes in the sketch, over what it takes itself.
TABLES = {("gelu", 32): "1.24", ("gelu", 16): "0.89", ("silu", 16): "1.11", ("silu", 32): "1.42"}
#: Codes of more bits, with a range of 8: both methods.
WIDE = {12: ("bipartite", "linear"), 16: ("bipartite", "linear")}
PLAIN = "Verilog's operators"

REAL = {
    "gelu": lambda x: x * (1 + erf(x / 2**0.5)) / 2,
    "silu": lambda x: x / (1 + exp(-x)),
}


def data() -> dict[str, np.ndarray]:
    """Return rows (ROWS, LENGTH) of real numbers by name."""
    normal = np.random.default_rng(SEED).normal(0, 1, (ROWS, LENGTH))
    peaked = normal.copy()
    peaked[:, 0] = PEAK
    return {"normal": normal, "peaked": peaked}


def table(function: str, bits: int, steps: int, method: str = "auto") -> tuple:
    """Return a unit's name and Spec, and what it computes of codes, in real numbers."""
    fraction = steps.bit_length() - 1
    grid = {"in_bits": bits, "in_fraction": fraction, "out_bits": bits, "out_fraction": fraction}
    spec = find_unit("activation").spec(lanes=1, function=function, method=method, **grid)
    return "activation", spec, lambda x: spec.golden(x) / steps


def polynomial(steps: int) -> tuple:
    """Return the same of i-GELU of 8 bits, without a shift."""
    constants = ibert_gelu_constants(Fraction(1, steps), shift=0)
    b, c, one = (-value for value in constants)
    spec = find_unit("igelu").spec(lanes=1, b=b, c=c, one=one)
    return (
        "igelu",
        spec,
        lambda x: igelu(x, constants=constants, shift=0, in_bits=8) / (-2 * steps * one),
    )


def shifts(steps: int) -> tuple:
    """Return the same of ShiftGELU of 8 bits, with a memory of as few beats as there can be."""
    one = ivit_one(GELU_SLOPE / steps)
    spec = find_unit("shiftgelu").spec(lanes=1, row_max=1, one=one)
    return "shiftgelu", spec, lambda x: shiftgelu(x, one=one) / (steps << 7)


def rectifier(steps: int) -> tuple:
    """Return the same of max(x, 0), for the errors."""
    grid = {"in_fraction": steps.bit_length() - 1, "out_fraction": steps.bit_length() - 1}
    return None, None, lambda x: activation(x, function="relu", **grid) / steps


def errors() -> list[dict]:
    """Return the errors of every method and scale against the function of the codes."""
    rows = []
    for steps in SCALES:
        group = f"8 bits, 1/{steps}"
        rows += [
            row(group, "gelu, table", "gelu", 8, steps, table("gelu", 8, steps)),
            row(group, "gelu, I-BERT polynomial", "gelu", 8, steps, polynomial(steps)),
            row(group, "gelu, ShiftGELU", "gelu", 8, steps, shifts(steps)),
            row(group, "gelu, max(x, 0)", "gelu", 8, steps, rectifier(steps)),
            row(group, "silu, table", "silu", 8, steps, table("silu", 8, steps)),
        ]
    for bits, methods in WIDE.items():
        steps = 1 << bits - 4
        for method in methods:
            made = table("gelu", bits, steps, method)
            rows.append(row(f"{bits} bits, 1/{steps}", f"gelu, {method}", "gelu", bits, steps, made))
    return rows


def row(group: str, label: str, function: str, bits: int, steps: int, made: tuple) -> dict:
    """Return a row of the table of errors; made: what `table` returns."""
    found = {"group": group, "label": label}
    end = 1 << bits - 1
    for name, real in data().items():
        x = np.clip(np.rint(real * steps), -end, end - 1).astype(np.int64)
        exact = np.vectorize(REAL[function])(x / steps)
        size = np.abs(made[2](x) - exact)
        found |= {f"mean, {name}": f"{size.mean():.2g}", f"largest, {name}": f"{size.max():.2g}"}
    return found


def exponential(spec: Spec) -> Baseline:
    """Return the lane of `deferred_softmax` behind a register, with the ports of an activation of 12 bits.

    These are a code of 8 bits, and above it the maximum of its row in octaves.
    """
    text = make_verilog(unit := find_unit("deferred_softmax"), unit.spec(lanes=1, row_max=1)).text
    lane = re.search(r"module (\w+__exp_lane\w*) \(", text)[1]
    return Baseline("exponential", f"{text}\n{REGISTERED.format(lane=lane)}")


#: A lane whose register moves like that of `activation`.
REGISTERED = """module exponential (
  input  wire        clk,
  input  wire        rst,
  input  wire [11:0] s_axis_x_tdata,
  input  wire        s_axis_x_tlast,
  input  wire        s_axis_x_tvalid,
  output wire        s_axis_x_tready,
  output reg  [7:0]  m_axis_y_tdata,
  output reg         m_axis_y_tlast,
  output reg         m_axis_y_tvalid,
  input  wire        m_axis_y_tready
);
  wire [7:0] e;
  {lane} lane (.x(s_axis_x_tdata[7:0]), .top(s_axis_x_tdata[11:8]), .e(e));
  assign s_axis_x_tready = !m_axis_y_tvalid || m_axis_y_tready;
  always @(posedge clk)
    if (rst) m_axis_y_tvalid <= 1'b0;
    else if (s_axis_x_tready) m_axis_y_tvalid <= s_axis_x_tvalid;
  always @(posedge clk)
    if (s_axis_x_tready) begin
      m_axis_y_tdata <= e;
      m_axis_y_tlast <= s_axis_x_tlast;
    end
endmodule
"""


def _case(group: str, label: str, made: tuple, **options) -> Case:
    unit, spec, _ = made
    return Case(group=group, label=label, unit=unit, fields=spec.changed(), **options)


def _cases():
    for function, steps in TABLES:
        group, made = f"{function}, 8 bits, 1/{steps}", table(function, 8, steps)
        yield _case(group, PLAIN, made, plain=True)
        yield _case(group, "table", made)
        # A lane runs at the clock of what it is part of, as the sketches suppose.
        yield _case(f"{group}, 1 ns", PLAIN, made, plain=True, clock_ps=1000)
        yield _case(f"{group}, 1 ns", "table", made, clock_ps=1000)
    yield _case("gelu, I-BERT, 1/32", PLAIN, polynomial(32), plain=True)
    yield _case("gelu, I-BERT, 1/32", "polynomial", polynomial(32))
    yield _case("gelu, I-ViT, 1/32", "ShiftGELU", shifts(32))
    for bits, methods in WIDE.items():
        for method in methods:
            yield _case(f"gelu, {bits} bits", method, table("gelu", bits, 1 << bits - 4, method))
    ports = {"lanes": 1, "function": "relu", "in_bits": 12, "out_bits": 8}
    yield Case(
        group="exponential, 8 bits", label="base 2", unit="activation", fields=ports, design=exponential
    )


def _on_fpga():
    return tuple(case for case in _cases() if not (case.plain or case.design or case.clock_ps))


STUDY = Study(
    name="gelu",
    title="GELU and SiLU of integers by table, polynomial and shifts, one lane: hardware and errors",
    source="sketches in cells of 180 nm, logic alone, in gate equivalents: GELU 1/32 110, and 136 as a plain "
    "lookup; GELU 1/16 106 and 94; SiLU 1/16 123 and 137; SiLU 1/32 145 and 206; the polynomial 1331; GELU "
    "of 12 bits 142 by two tables and 246 by a linear function, of 16 bits 930 and 738; the exponential 167. "
    "Here a gate equivalent is 0.798 um2, and a flip-flop with its enable is 8.0 of them. I-BERT (Kim et "
    "al., ICML 2021) and I-ViT (Li and Gu, ICCV 2023) state no area",
    cases=tuple(_cases()),
    baselines=(PLAIN,),
    published=tuple(
        Published(group=f"{function}, 8 bits, 1/{steps}, 1 ns", what="area", value=gain)
        for (function, steps), gain in TABLES.items()
    ),
    periods=PERIODS,
    fpga=_on_fpga(),
    errors=errors,
    per="result",
    # The baseline of ShiftGELU takes a row when the one before has left: there is no pace to compare.
    alone=("gelu, I-ViT, 1/32", *(f"gelu, {bits} bits" for bits in WIDE), "exponential, 8 bits"),
)
