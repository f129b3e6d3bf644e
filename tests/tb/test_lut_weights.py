"""Sums of lookup tiles sized by weights: both ends of every column are reached, one bit less is found out."""

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.hdl.lut.lut_tile_spec import LutTileSpec
from macwright.tb.gemm import RtlGemm
from macwright.tb.rtl import Rtl
from macwright.tb.transaction import BenchFailure
from macwright.tb.units.lut_tile import compiled_checks
from macwright.tb.verify import verify

SIGNED = np.random.default_rng(0).integers(-2, 2, (21, 5))


class NarrowSpec(LutTileSpec):
    """The same tile, a bit of the sum left out."""

    @property
    def acc_width(self) -> int:
        return super().acc_width - 1


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "fields, weights",
    [({"weight_bits": 2}, SIGNED), ({"weight_kind": "odd", "weight_bits": 3, "planes": 2}, 2 * SIGNED + 1)],
    ids=["signed", "odd"],
)
def test_a_tile_sized_by_weights_passes(fields, weights):
    np.save("w.npy", weights)
    fields = {"rows": 2, "cols": 2, "acc_bits": "from:w.npy"} | fields
    spec = LutTileSpec(**fields)
    assert spec.acc_width < LutTileSpec(**fields | {"acc_bits": None, "k_max": 21}).acc_width
    record = verify("lut_tile", spec, sim="icarus")
    assert record["passed"], record["checks"][-1]


def test_one_bit_less_overflows():
    np.save("w.npy", SIGNED)
    spec = NarrowSpec(rows=2, cols=2, weight_bits=2, acc_bits="from:w.npy")
    (check,) = compiled_checks(spec, "full").values()
    with pytest.raises(BenchFailure, match="both ends of columns .* and should be"):
        check(Rtl(make_verilog(find_unit("lut_tile"), spec)))


def test_products_with_the_weights():
    np.save("w.npy", SIGNED)
    engine = RtlGemm("lut_tile", LutTileSpec(rows=2, cols=2, weight_bits=2, acc_bits="from:w.npy"))
    a = np.random.default_rng(1).integers(-128, 128, (5, 21))
    assert (engine(a, SIGNED) == a @ SIGNED).all()
