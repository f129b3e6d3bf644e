"""The engine that dequantises every weight computes the same where no weight is rounded."""

import dataclasses
import itertools

import numpy as np
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.hdl.mixpe.mixpe_spec import MixpeArraySpec
from macwright.synth.studies.mixpe import weights_dequantised
from macwright.tb.compiled import check_transactions
from macwright.tb.rtl import Rtl
from macwright.tb.units.mixpe_array import group_count, random_scales, tile


def test_every_weight_dequantised():
    spec = MixpeArraySpec(rows=3, cols=2, group=5)
    made = weights_dequantised(spec)
    verilog = dataclasses.replace(make_verilog(find_unit("mixpe_array"), spec), text=made.text, top=made.top)
    rng = np.random.default_rng(1)
    tiles = []
    for shift, k in itertools.product((0, 2), (1, 4, 5, 12, 15)):
        a, b = rng.integers(-128, 128, (3, k)), rng.integers(0, 16, (k, 2))
        scales = random_scales(spec, k, rng)
        scales["shift"][:] = shift
        scales["mult"] &= ~((1 << shift) - 1)
        assert len(scales["mult"]) == group_count(k, 5)
        tiles.append(tile(spec, f"K={k}, shift {shift}", a, b, scales))
    assert check_transactions(Rtl(verilog), tiles) > 0
