"""Number formats beside each other: what a multiply-add costs in each, and what quantising to it loses.

Engines make 16 products a cycle at one clock: dot units, or multiply-add elements, of which 16 would stand
side by side. All but `fp_dot` add up longer sums; it gets an adder in fp32 behind it, which the engines of
blocks have. Errors are those of the golden quantisers, on numbers and on dot products of quantised operands.
"""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from ...gen.catalog import find_unit
from ...gen.verilog import make_verilog
from ...golden.bfp import from_bfp, to_bfp
from ...golden.float_code import encode, from_float64, to_float64
from ...golden.float_format import find_format
from ...golden.mx import from_mx, to_mx
from ...golden.nvfp4 import from_nvfp4, to_nvfp4
from ...hdl.float.fp_add import FpAddSpec
from ...hdl.float.fp_dot import FpDotSpec
from ..baseline import Baseline
from ..study import Case, Study
from ..study_plot import check_plots

FP32 = find_format("fp32")
CLOCK, TARGETS = 2600, (2000,)
GROUP = f"16 products a cycle, {CLOCK / 1000:g} ns"
LANES = {"lanes": 16}
FPGA_LANES = {"lanes": 8}
#: Formats of plain floats by label, and those of blocks.
PLAIN = {"fp8_e4m3": "e4m3fn", "fp8_e5m2": "e5m2", "fp6_e2m3": "e2m3fn", "fp6_e3m2": "e3m2fn"}
PLAIN |= {"fp4_e2m1": "e2m1fn"}
MX = ("mxfp8_e4m3", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp4_e2m1", "mxint8")
BFP = {"bfp8": 8, "bfp4": 4}
#: The sum of 64 blocks, 2048 products, of such scales is exact.
FIXED = {"blocks": 64, "scale_low": -16, "scale_high": 0}
BASELINES = ("int8", "bf16")
#: What the others tell of as well.
NOT_ON_FPGA = ("fp8_e5m2", "fp6_e3m2", "mxfp6_e3m2", "mxfp8_e4m3, fixed", "mxfp4_e2m1, fixed", "nvfp4, fixed")
#: The panels of the picture, by figure and by data, and colours of formats on the front and behind it.
COSTS = {"um2_ns_per_mac": "um2 ns per MAC", "energy_per_mac_pj": "pJ per MAC"}
DATA = ("normal", "heavy-tailed")
BEST, OTHER = "#0072b2", "#777777"
ROWS, K, SEED = 600, 1024, 1


def _engines(lanes: dict[str, int]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return unit and fields by label."""

    def both(name: str) -> dict[str, Any]:
        return lanes | {"a_element": name, "b_element": name}

    found = {
        label: ("bit_weight_pe", lanes | {"a_bits": bits, "b_bits": bits})
        for label, bits in (("int8", 8), ("int4", 4))
    }
    for label, name in PLAIN.items():
        found[label] = "fp_dot", lanes | {"a_format": name, "out_format": "fp32", "pipeline": 3}
    found |= {name: ("mx_dot", both(name)) for name in MX}
    found |= {f"{name}, fixed": ("mx_dot", both(name) | FIXED) for name in ("mxfp8_e4m3", "mxfp4_e2m1")}
    found["nvfp4"] = "nvfp4_dot", lanes | {"tensor_scale": False}
    found["nvfp4, fixed"] = "nvfp4_dot", lanes | {"tensor_scale": False, "blocks": 128}
    for label, bits in BFP.items():
        found[label] = "bfp_dot", lanes | {"a_bits": bits, "b_bits": bits}
    # Wide enough that products of as many bits keep them all.
    found["bf16"] = "wide_fma_pe", {"a_format": "bf16"}
    found["fp16"] = "wide_fma_pe", {"a_format": "fp16", "acc_bits": 26}
    return found


def _cases():
    for label, (unit, fields) in _engines(LANES).items():
        design = with_sum if unit == "fp_dot" else None
        yield Case(group=GROUP, label=label, unit=unit, fields=fields, clock_ps=CLOCK, design=design)


def _fpga_cases():
    for label, (unit, fields) in _engines(FPGA_LANES).items():
        if label not in NOT_ON_FPGA:
            group = f"{FPGA_LANES['lanes']} products a cycle"
            label += ", no sum" if unit == "fp_dot" else ""
            yield Case(group=group, label=label, unit=unit, fields=fields)


def with_sum(spec: FpDotSpec) -> Baseline:
    """Return `fp_dot` and an `fp_add` that adds up 16 results, with the ports of `fp_dot`."""
    add = make_verilog(find_unit("fp_add"), FpAddSpec(a_format=spec.out_format))
    dot = make_verilog(find_unit("fp_dot"), spec)
    widths = {port.name: port.width for port in dot.ports}
    name = f"{dot.top}_with_sum"
    text = f"""
module {name} (
  input  wire clk,
  input  wire rst,
  input  wire [{widths["s_axis_x_ta"] - 1}:0] s_axis_x_ta,
  input  wire [{widths["s_axis_x_tb"] - 1}:0] s_axis_x_tb,
  input  wire s_axis_x_tvalid,
  output wire s_axis_x_tready,
  output wire [{spec.out.bits - 1}:0] m_axis_y_tdata,
  output wire m_axis_y_tvalid,
  input  wire m_axis_y_tready
);
  wire [{spec.out.bits - 1}:0] result;
  wire valid, ready;
  reg [3:0] position;
  {dot.top} dot (.clk(clk), .rst(rst), .s_axis_x_ta(s_axis_x_ta), .s_axis_x_tb(s_axis_x_tb),
    .s_axis_x_tvalid(s_axis_x_tvalid), .s_axis_x_tready(s_axis_x_tready),
    .m_axis_y_tdata(result), .m_axis_y_tvalid(valid), .m_axis_y_tready(ready));
  {add.top} add (.clk(clk), .rst(rst), .s_axis_x_ta(result), .s_axis_x_tb(position == 0 ? 0 : m_axis_y_tdata),
    .s_axis_x_tvalid(valid), .s_axis_x_tready(ready),
    .m_axis_y_tdata(m_axis_y_tdata), .m_axis_y_tvalid(m_axis_y_tvalid), .m_axis_y_tready(m_axis_y_tready));
  always @(posedge clk)
    if (rst) position <= 0;
    else if (valid && ready) position <= position + 1;
endmodule
"""
    return Baseline(name, dot.text + add.text + text)


def quantised(label: str, x: np.ndarray) -> np.ndarray:
    """Return numbers (rows, K) as what a format makes of them, as float64.

    Integers and plain floats of 8 bits or fewer have a scale per row that takes its largest number to theirs;
    scales of MX are those of the ceiling rule, of BFP the floor rule's.
    """
    name = label.removesuffix(", fixed")
    if name in ("bf16", "fp16"):
        fmt = find_format(name)
        return to_float64(from_float64(x, fmt=fmt), fmt=fmt)
    codes = from_float64(x, fmt=FP32)
    if name in MX:
        found = from_mx(to_mx(codes, fmt=FP32, element=name, rule="ceiling"), element=name)
    elif name in BFP:
        bits = BFP[name]
        found = from_bfp(to_bfp(codes, fmt=FP32, bits=bits), bits=bits)
    elif name == "nvfp4":
        found = from_nvfp4(to_nvfp4(codes, fmt=FP32))
    else:
        largest = find_format(PLAIN[name]).max_value if name in PLAIN else (1 << int(name[3:]) - 1) - 1
        scale = np.abs(x).max(axis=-1, keepdims=True) / largest
        if name in PLAIN:
            fmt = find_format(PLAIN[name], overflow="saturate")
            return to_float64(from_float64(x / scale, fmt=fmt), fmt=fmt) * scale
        return np.rint(x / scale) * scale
    return to_float64(encode(*found, fmt=FP32), fmt=FP32)


def workloads() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the operands of dot products by name: normal, and Student's t of 3 degrees of freedom."""
    rng = np.random.default_rng(SEED)
    shape = 2, ROWS, K
    found = {"normal": rng.standard_normal(shape), "heavy-tailed": rng.standard_t(3, shape)}
    return {name: tuple(x.astype(np.float32).astype(np.float64)) for name, x in found.items()}


def errors() -> list[dict]:
    """Return root mean square errors: of numbers over theirs, of dot products over their products' norm."""
    rows = []
    loads = workloads()
    for label in _engines(LANES):
        row = {"group": "root mean square error, %", "label": label}
        for name, (a, b) in loads.items():
            p, q = quantised(label, a), quantised(label, b)
            row[f"numbers, {name}"] = 100 * float(np.sqrt(((p - a) ** 2).mean() / (a**2).mean()))
            size = ((a * b) ** 2).sum(axis=-1)
            wrong = ((p * q).sum(axis=-1) - (a * b).sum(axis=-1)) ** 2
            row[f"dot products, {name}"] = 100 * float(np.sqrt((wrong / size).mean()))
        rows.append(row)
    return rows


@dataclasses.dataclass(frozen=True, kw_only=True)
class FormatStudy(Study):
    """A study whose picture shows cost against error."""

    def plot(self, record: dict[str, Any], path: Path) -> None:
        """Write the picture to `path`, an SVG file: costs by data, the formats that no other beats joined.

        Raises UsageError if matplotlib is not installed.
        """
        check_plots()
        # In an extra, and slow to import.
        import matplotlib
        from matplotlib.figure import Figure

        figure = Figure(figsize=(14, 11), layout="constrained")
        figure.suptitle(f"{record['title']}\n{record['rows'][0]['group']}, {record['target']}")
        grid = figure.subplots(len(COSTS), len(DATA), sharex=True, sharey="row")
        for row, (key, title) in zip(grid, COSTS.items(), strict=True):
            cost = {found["label"]: found[key] for found in record["rows"]}
            row[0].set_ylabel(f"{title}, lower is better")
            for axes, data in zip(row, DATA, strict=True):
                wrong = {found["label"]: found[f"dot products, {data}"] for found in record["errors"]}
                points = [(wrong[label], cost[label], label) for label in cost]
                best = front(points)
                axes.set_title(f"{data} data")
                axes.step(*list(zip(*best, strict=True))[:2], where="post", linewidth=1, color=BEST)
                for x, y, label in points:
                    # Names stand on the side of the front on which their points are.
                    on_front = (x, y, label) in best
                    color, side = (BEST, -1) if on_front else (OTHER, 1)
                    axes.loglog(x, y, "o", color=color, markersize=4)
                    placed = {"ha": "right", "va": "top"} if on_front else {"ha": "left", "va": "bottom"}
                    placed |= {"xytext": (4 * side, 2 * side), "textcoords": "offset points"}
                    axes.annotate(label, (x, y), fontsize=8, color=color, **placed)
                axes.margins(x=0.1)
                axes.grid(which="both", linewidth=0.2)
        for axes in grid[-1]:
            axes.set_xlabel("root mean square error of dot products, %, left is better")
        with matplotlib.rc_context({"svg.hashsalt": record["study"], "svg.fonttype": "none"}):
            figure.savefig(path, format="svg", metadata={"Date": None})


def front(points: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """Return the points (error, cost, label) that no other beats in both, by error."""
    found = []
    for point in sorted(points):
        if not found or point[1] < found[-1][1]:
            found.append(point)
    return found


STUDY = FormatStudy(
    name="formats",
    title="Number formats: area and energy of a multiply-add, against the error of quantising to them",
    source="",
    cases=tuple(_cases()),
    baselines=BASELINES,
    published=(),
    periods=TARGETS,
    fpga=tuple(_fpga_cases()),
    errors=errors,
)
