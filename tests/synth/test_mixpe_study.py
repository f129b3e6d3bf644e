"""The engines that dequantise every weight compute what they say, so that sizes can be compared."""

import dataclasses
import itertools

import numpy as np
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.float_arith import fp_mul
from macwright.golden.float_code import from_float64
from macwright.golden.fma_gemm import fma_gemm
from macwright.golden.wide_fma import FmaAccumulatorFormat
from macwright.hdl.mixpe.mixpe_float_spec import MixpeFloatArraySpec
from macwright.hdl.mixpe.mixpe_spec import MixpeArraySpec
from macwright.synth.studies.mixpe import weights_dequantised
from macwright.tb.compiled import check_transactions
from macwright.tb.rtl import Rtl
from macwright.tb.tile import last_of
from macwright.tb.units import mixpe_float_array
from macwright.tb.units.mixpe_array import group_count, random_scales, tile


def _rtl(unit: str, spec) -> Rtl:
    made = weights_dequantised(spec)
    # As in every baseline, assignments cut what is too wide.
    text = f"/* verilator lint_off WIDTHTRUNC */\n{made.text}"
    return Rtl(dataclasses.replace(make_verilog(find_unit(unit), spec), text=text, top=made.top))


def test_every_weight_dequantised():
    """It computes the same as the array where no weight is rounded."""
    spec = MixpeArraySpec(rows=3, cols=2, group=5)
    rng = np.random.default_rng(1)
    tiles = []
    for shift, k in itertools.product((0, 2), (1, 4, 5, 12, 15)):
        a, b = rng.integers(-128, 128, (3, k)), rng.integers(0, 16, (k, 2))
        scales = random_scales(spec, k, rng)
        scales["shift"][:] = shift
        scales["mult"] &= ~((1 << shift) - 1)
        assert len(scales["mult"]) == group_count(k, 5)
        tiles.append(tile(spec, f"K={k}, shift {shift}", a, b, scales))
    assert check_transactions(_rtl("mixpe_array", spec), tiles) > 0


def test_every_weight_dequantised_to_a_float():
    """Weights are rounded to the format of the activations, scales of every kind among them."""
    spec = MixpeFloatArraySpec(rows=2, cols=3, group=5)
    fmt = spec.fmt
    acc = FmaAccumulatorFormat(a_format=fmt, b_format=fmt, acc_bits=spec.acc.acc_bits, groups=None)
    rng = np.random.default_rng(1)
    tiles = []
    for k, draw in itertools.product((1, 4, 5, 12, 40), ("numbers_near_one", "any_codes")):
        a = mixpe_float_array.numbers_near_one(fmt, (2, k), rng)
        b = rng.integers(0, 16, (k, 3))
        scales = mixpe_float_array.random_scales(spec, k, rng, getattr(mixpe_float_array, draw))
        scale, zero = (np.repeat(scales[name], 5, axis=0)[:k] for name in ("scale", "zero"))
        weights = fp_mul(
            from_float64((b - zero).astype(float), fmt=fmt),
            scale,
            a_format=fmt,
            b_format=spec.scale_code,
            out_format=fmt,
        )
        c = fma_gemm(a, weights, acc=acc, out_format=spec.fma.out)
        made = mixpe_float_array.tile(spec, f"K={k}, {draw}", a, b, scales)
        tiles.append(dataclasses.replace(made, outputs={"c": {"data": c, "last": last_of(2)}}))
    assert check_transactions(_rtl("mixpe_float_array", spec), tiles) > 0
