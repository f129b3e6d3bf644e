"""The baseline of the digit-serial element passes the element's own bench: it computes the same sums."""

import dataclasses
import shutil

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.synth.baseline import make_baseline
from macwright.tb.verify import verify


@pytest.mark.skipif(shutil.which("iverilog") is None, reason="needs iverilog")
@pytest.mark.parametrize("fields", [{}, {"lanes": 3, "a_bits": 5, "a_signed": False}], ids=str)
def test_baseline_computes_the_same_sums(fields):
    unit = find_unit("bit_serial_pe")
    spec = unit.spec(**fields)
    baseline = make_baseline("bit_serial_pe", spec)
    verilog = dataclasses.replace(make_verilog(unit, spec), text=baseline.text, top=baseline.top)
    record = verify("bit_serial_pe", spec, sim="icarus", verilog=verilog)
    assert record["passed"], record["checks"][-1]
