"""The baselines compute what the golden model says; otherwise no comparison with them means anything."""

import dataclasses
import shutil

import pytest
from macwright.gen.catalog import CATALOG, find_unit
from macwright.gen.verilog import make_verilog
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.synth.baseline import make_baseline
from macwright.tb.verify import verify
from units import entries

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="needs iverilog")


@needs_icarus
@pytest.mark.parametrize("name, fields", entries("BASELINE"), ids=str)
def test_the_bench_of_the_unit_passes_on_the_baseline(name, fields):
    """Its results, not its timing, which is its own affair."""
    unit = find_unit(name)
    spec = unit.spec(**fields)
    plain = make_baseline(spec)
    verilog = dataclasses.replace(make_verilog(unit, spec), top=plain.top, text=plain.text)
    record = verify(name, spec, sim="icarus", verilog=verilog, timing=False)
    assert record["passed"], record["checks"][-1]


def test_every_unit_has_a_baseline_with_its_own_ports():
    for name, unit in CATALOG.items():
        spec = unit.spec()
        baseline = make_baseline(spec)
        for path in unit.build(spec).signature.members:
            assert path in baseline.text or f"axis_{path}_t" in baseline.text, name


def test_parameters_stand_in_the_text():
    small = make_baseline(MacArraySpec(rows=2, cols=3, a_bits=4, overflow="wrap", acc_bits=9))
    assert "parameter ROWS = 2" in small.text and "parameter ACC_BITS = 9" in small.text
    assert "`include" not in small.text
