"""What `activation` refuses, and which tables it holds."""

import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.vector.activation import ActivationSpec

GRID = {"in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}


def test_a_method_is_refused_where_there_is_none_to_choose():
    with pytest.raises(
        UsageError, match="method=linear is for in_bits=11 or more.*in_bits=8: leave method out"
    ):
        ActivationSpec(method="linear")


def test_the_manifest_names_every_table_with_its_hash():
    flat = ActivationSpec().tables
    assert list(flat) == ["gelu"] and flat["gelu"]["entries"] == 256
    small = ActivationSpec(**GRID, method="bipartite").tables
    assert list(small) == ["gelu, bipartite, main", "gelu, bipartite, local"]
    assert all(len(facts["sha256"]) == 64 for facts in small.values())
    assert small != ActivationSpec(**GRID, method="linear").tables


def test_auto_takes_the_smaller_tables():
    sizes = {m: ActivationSpec(**GRID, method=m).parts.size for m in ("bipartite", "linear", "auto")}
    assert sizes["auto"] == min(sizes.values())
