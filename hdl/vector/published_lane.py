"""A result of a published LayerNorm: half of the product of a difference with the factor of its row."""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.multiplier import multiply
from ..arith.prefix import prefix_add
from .row_division import RowDivisionSpec

#: Width of a result: the largest is 2 ** 30.
RESULT_BITS = 32


class PublishedLane(wiring.Component):
    """y = (difference * factor) >> 1; with method=ivit_tvm rounded towards 0. Combinational.

    The root is not below any difference of its row, so that no product is beyond 2 ** 31.
    """

    port_docs = {
        "difference": "integer less the mean of its row",
        "factor": "factor of the row",
        "y": "half of the product",
    }

    def __init__(self, spec: RowDivisionSpec):
        self.spec = spec
        ports = {"difference": In(signed(spec.in_bits + 1)), "factor": In(spec.factor_bits)}
        super().__init__(ports | {"y": Out(signed(RESULT_BITS))})

    def elaborate(self, platform):
        """Build the product, of as many bits as it can have."""
        m = Module()
        columns = Columns(m, RESULT_BITS + 1, "tree")
        multiply(m, columns, self.difference, self.factor, "booth")
        if self.spec.method == "ivit_tvm":
            columns.add_bit(self.difference[-1], 0)
        columns.compress()
        product = Signal(RESULT_BITS + 1)
        m.d.comb += [
            product.eq(prefix_add(m, *columns.rows(), "brent_kung")[: RESULT_BITS + 1]),
            self.y.eq(product[1:]),
        ]
        return m
