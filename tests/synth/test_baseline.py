"""The baselines compute what the golden model says; otherwise no comparison with them means anything."""

import shutil
import subprocess

import numpy as np
import pytest
from macwright.gen.catalog import CATALOG
from macwright.golden.int_gemm import dot_step, int_gemm
from macwright.golden.integer import int_range
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.hdl.pe.bit_weight_pe import BitWeightPeSpec
from macwright.hdl.pe.mac_pe import MacPeSpec
from macwright.synth.baseline import make_baseline
from macwright.tb.pack import pack_ints

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="needs iverilog")

PE_SPECS = [
    ("mac_pe", MacPeSpec(a_bits=4, b_bits=4, k_max=16)),
    (
        "mac_pe",
        MacPeSpec(a_bits=4, b_bits=3, a_signed=False, b_signed=False, acc_bits=8, overflow="saturate"),
    ),
    (
        "mac_pe",
        MacPeSpec(a_bits=3, b_bits=5, b_signed=False, acc_bits=8, overflow="saturate", input_reg=True),
    ),
    ("mac_pe", MacPeSpec(a_bits=4, b_bits=4, acc_bits=5, overflow="wrap")),
    ("mac_pe", MacPeSpec(a_bits=4, b_bits=4, acc_bits=4, overflow="saturate")),
    ("mac_pe", MacPeSpec(a_bits=2, b_bits=4, a_signed=False, b_signed=False, acc_bits=9, overflow="wrap")),
    ("bit_weight_pe", BitWeightPeSpec(lanes=16, a_bits=4, b_bits=4, k_max=64, input_reg=True)),
    (
        "bit_weight_pe",
        BitWeightPeSpec(lanes=3, a_bits=2, b_bits=5, a_signed=False, acc_bits=8, overflow="wrap"),
    ),
    ("bit_weight_pe", BitWeightPeSpec(lanes=2, a_bits=4, b_bits=4, acc_bits=8, overflow="saturate")),
]

PE_BENCH = """
module bench;
  reg clk = 0, first; reg [{a}-1:0] a; reg [{b}-1:0] b; wire [{acc}-1:0] acc;
  reg [{a}+{b}:0] beats [0:{n}-1]; integer i;
  {unit}_baseline dut (.clk(clk), .en(1'b1), .first(first), .a(a), .b(b), .acc(acc));
  initial begin
    $readmemh("beats.hex", beats);
    for (i = 0; i < {n}; i = i + 1) begin
      {{first, a, b}} = beats[i];
      #1 clk = 1; #1 $display("%b", acc); clk = 0;
    end
    $finish;
  end
endmodule
"""


def simulate(folder, text: str) -> list[str]:
    (folder / "all.v").write_text("`timescale 1ns/1ps\n" + text)
    subprocess.run(["iverilog", "-g2005", "-o", "sim", "all.v"], cwd=folder, check=True, timeout=60)
    run = subprocess.run(
        ["vvp", "-n", "sim"], cwd=folder, check=True, timeout=60, capture_output=True, text=True
    )
    return run.stdout.split()


def signed(bits: str, is_signed: bool) -> int:
    value = int(bits, 2)
    return value - (1 << len(bits)) if is_signed and bits[0] == "1" else value


@needs_icarus
@pytest.mark.parametrize("unit, spec", PE_SPECS, ids=str)
def test_element_equals_golden(unit, spec, tmp_path):
    n, lanes = 2000, getattr(spec, "lanes", 1)
    rng = np.random.default_rng(1)
    a, b = (
        rng.integers(low, high + 1, (n, lanes))
        for low, high in (int_range(spec.a_bits, spec.a_signed), int_range(spec.b_bits, spec.b_signed))
    )
    first = rng.random(n) < 0.1
    first[0] = True
    codes = [pack_ints(x, bits) for x, bits in ((a, spec.a_bits), (b, spec.b_bits))]
    a_width, b_width = lanes * spec.a_bits, lanes * spec.b_bits
    words = [(int(f) << a_width | x) << b_width | y for f, x, y in zip(first, *codes, strict=True)]
    (tmp_path / "beats.hex").write_text("\n".join(f"{w:x}" for w in words))
    bench = PE_BENCH.format(unit=unit, a=a_width, b=b_width, acc=spec.acc_width, n=n)
    shown = simulate(tmp_path, make_baseline(unit, spec).text + bench)
    expected, acc = [], 0
    is_signed = spec.acc_shape.signed
    for i in range(n):
        acc = int(
            dot_step(
                acc, first[i], a[i], b[i], acc_bits=spec.acc_width, signed=is_signed, overflow=spec.overflow
            )
        )
        expected.append(acc)
    late = spec.latency - 1
    assert [signed(s, is_signed) for s in shown[late:]] == expected[: n - late]


ARRAY_SPECS = [
    MacArraySpec(rows=2, cols=3, a_bits=4, b_bits=3, k_max=64),
    MacArraySpec(
        rows=3, cols=2, a_bits=3, b_bits=3, a_signed=False, acc_bits=7, overflow="saturate", input_reg=True
    ),
    MacArraySpec(rows=1, cols=1, a_bits=4, b_bits=4, acc_bits=6, overflow="wrap"),
]

# Everything the bench drives changes on the falling edge; everything it sees is sampled on the rising edge.
ARRAY_BENCH = """
module bench;
  reg clk = 0, rst = 1, stall = 0, pause = 1;
  integer i = 0, seed = 7, cycle = 0, first_beat = -1;
  reg [{wa}-1:0] a [0:{n}-1]; reg [{wb}-1:0] b [0:{n}-1]; reg last [0:{n}-1];
  wire [{wc}-1:0] c; wire c_last, c_valid, a_ready, b_ready, mismatch;
  wire valid = i < {n} && !pause;
  wire [31:0] at = i < {n} ? i : 0;
  mac_array_baseline dut (.clk(clk), .rst(rst),
    .s_axis_a_tdata(a[at]), .s_axis_a_tlast(last[at]), .s_axis_a_tvalid(valid), .s_axis_a_tready(a_ready),
    .s_axis_b_tdata(b[at]), .s_axis_b_tlast(last[at]), .s_axis_b_tvalid(valid), .s_axis_b_tready(b_ready),
    .m_axis_c_tdata(c), .m_axis_c_tlast(c_last), .m_axis_c_tvalid(c_valid), .m_axis_c_tready(!stall),
    .last_mismatch(mismatch));
  reg accepted;
  initial begin
    $readmemh("a.hex", a); $readmemh("b.hex", b); $readmemb("last.bin", last);
    while (cycle < {n} * 8 + 100) begin
      #1;
      accepted = !rst && valid && a_ready && b_ready;
      if (accepted && first_beat < 0) first_beat = cycle;
      if (!rst && c_valid && !stall) $display("%b%b", c_last, c);
      if (accepted && i == {n} - 1) $display("cycles=%0d", cycle - first_beat + 1);
      clk = 1;
      #1 clk = 0;
      if (accepted) i = i + 1;
      rst = cycle < 2;
      pause = {stalls} && $random(seed) % 4 == 0;
      stall = {stalls} && $random(seed) % 3 == 0;
      cycle = cycle + 1;
    end
    if (mismatch) $display("mismatch");
    $finish;
  end
endmodule
"""


def pack(row, bits: int) -> int:
    return sum((int(v) & ((1 << bits) - 1)) << (bits * lane) for lane, v in enumerate(row))


@needs_icarus
@pytest.mark.parametrize("stalls", [0, 1])
@pytest.mark.parametrize("spec", ARRAY_SPECS, ids=str)
def test_array_equals_golden(spec, stalls, tmp_path):
    rng = np.random.default_rng(2)
    tiles = []
    for k in (5, spec.rows, 1, 1, 9, 4, 2):
        a_low, a_high = int_range(spec.a_bits, spec.a_signed)
        b_low, b_high = int_range(spec.b_bits, spec.b_signed)
        tiles.append(
            (rng.integers(a_low, a_high + 1, (spec.rows, k)), rng.integers(b_low, b_high + 1, (k, spec.cols)))
        )
    beats = [(a[:, i], b[i], i == a.shape[1] - 1) for a, b in tiles for i in range(a.shape[1])]
    (tmp_path / "a.hex").write_text("\n".join(f"{pack(a, spec.a_bits):x}" for a, _, _ in beats))
    (tmp_path / "b.hex").write_text("\n".join(f"{pack(b, spec.b_bits):x}" for _, b, _ in beats))
    (tmp_path / "last.bin").write_text("\n".join(str(int(last)) for _, _, last in beats))
    bench = ARRAY_BENCH.format(
        wa=spec.rows * spec.a_bits,
        wb=spec.cols * spec.b_bits,
        wc=spec.cols * spec.acc_width,
        n=len(beats),
        stalls=stalls,
    )
    shown = simulate(tmp_path, make_baseline("mac_array", spec).text + bench)
    cycles = [s for s in shown if s.startswith("cycles=")]
    rows = [s for s in shown if not s.startswith("cycles=")]
    width = spec.acc_width
    got = [
        [
            signed(row[1:][::-1][j * width : (j + 1) * width][::-1], spec.acc_shape.signed)
            for j in range(spec.cols)
        ]
        for row in rows
    ]
    expected = [
        int_gemm(
            a,
            b,
            a_bits=spec.a_bits,
            b_bits=spec.b_bits,
            a_signed=spec.a_signed,
            b_signed=spec.b_signed,
            acc_bits=spec.acc_width,
            overflow=spec.overflow,
        )
        for a, b in tiles
    ]
    assert got == np.concatenate(expected).tolist()
    assert [row[0] for row in rows] == [str(int(i == spec.rows - 1)) for _ in tiles for i in range(spec.rows)]
    if not stalls:
        # No idle cycle while K >= rows; a shorter tile waits until the one before has left.
        lengths = [tiles[0][0].shape[1]] + [spec.tile_cycles(a.shape[1]) for a, _ in tiles[1:]]
        assert cycles == [f"cycles={sum(lengths)}"]


def test_every_unit_has_a_baseline_with_its_own_ports():
    for name, unit in CATALOG.items():
        spec = unit.spec()
        baseline = make_baseline(name, spec)
        assert baseline is not None, name
        for path in unit.build(spec).signature.members:
            assert path in baseline.text or f"axis_{path}_t" in baseline.text


def test_parameters_stand_in_the_text():
    small = make_baseline("mac_array", MacArraySpec(rows=2, cols=3, a_bits=4, overflow="wrap", acc_bits=9))
    assert "parameter ROWS = 2" in small.text and "parameter ACC_BITS = 9" in small.text
    assert "`include" not in small.text
