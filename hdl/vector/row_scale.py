"""What the integers of a row are multiplied by and added to, once its sums are known.

V = N * Q - S ** 2 + eps -> | V | -> 1 / sqrt(V) = mantissa / 2 ** shift -> | | -> N * mantissa
                                                                               '-> -S * mantissa
"""

from amaranth.hdl import Module, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.booth import booth_digits
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.multiplier import Multiplier, MultiplierSpec
from ..arith.prefix import prefix_add
from ..arith.square import square_rows
from ..share import share
from .inverse import InverseLane
from .norm_spec import NormSpec
from .row_stream import stage


class RowScale(wiring.Component):
    """(x * factor + offset) / 2 ** down is y, of a row whose sums came two enabled cycles earlier.

    With kind=rms there is no offset. Of V = 0 factor and offset are 0, and `down` means nothing. Reset clears
    `scale_valid`.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "valid": "there are the sums of a row",
        "count": "integers of a row",
        "total": "their sum",
        "squares": "the sum of their squares",
        "scale_valid": "there is a scale",
        "factor": "count / sqrt(V), as a mantissa",
        "offset": "-total / sqrt(V), as a mantissa",
        "down": "the right shift that belongs to both",
    }

    def __init__(self, spec: NormSpec):
        self.spec = spec
        super().__init__(
            {"en": In(1), "valid": In(1), "count": In(spec.count_bits), "squares": In(spec.squares_bits)}
            | ({"total": In(signed(spec.total_bits))} if spec.sums else {})
            | {"scale_valid": Out(1), "factor": Out(spec.scaler.mult_bits)}
            | ({"offset": Out(signed(spec.offset_bits))} if spec.sums else {})
            | {"down": Out(spec.inverse.shift_bits)}
        )

    def elaborate(self, platform):
        """Build the variance, its reciprocal root, and the products."""
        m = Module()
        spec = self.spec
        inverse = InverseLane(spec.inverse)
        share(m, platform, inverse, "inverse")
        total = {"row_total": self.total} if spec.sums else {}
        row = stage(m, self.en, self.valid, variance=self._variance(m), row_count=self.count, **total)
        m.d.comb += inverse.x.eq(row["variance"])
        total = {"scale_total": row["row_total"]} if spec.sums else {}
        scale = stage(
            m,
            self.en,
            row["valid"],
            mantissa=inverse.mantissa,
            shift=inverse.shift,
            scale_count=row["row_count"],
            **total,
        )
        m.d.comb += [
            self.scale_valid.eq(scale["valid"]),
            self.factor.eq(self._times(m, platform, scale["mantissa"], scale["scale_count"], "factor")),
            self.down.eq(scale["shift"] - spec.fraction),
        ]
        if spec.sums:
            # One bit more, for the sum may be the lowest number of its width.
            negative = Signal(signed(spec.total_bits + 1), name="negative_total")
            m.d.comb += [
                negative.eq(-scale["scale_total"].as_signed()),
                self.offset.eq(self._times(m, platform, scale["mantissa"], negative, "offset")),
            ]
        return m

    def _variance(self, m: Module) -> Value:
        """Return N * Q - S ** 2 + eps."""
        spec = self.spec
        columns = Columns(m, spec.variance_bits, "variance_tree")
        digits = booth_digits(m, self.count, False)
        digit_rows(m, columns, digits, self.squares, False)
        if spec.sums:
            square_rows(m, columns, self.total, "total_", subtract=True)
        columns.add_constant(spec.eps)
        columns.compress()
        return prefix_add(m, *columns.rows(), "brent_kung", name="variance_adder")[: columns.width]

    def _times(self, m: Module, platform, mantissa, value, name: str) -> Value:
        """Return a product with the mantissa."""
        size = {"a_bits": len(mantissa), "b_bits": len(value)}
        multiplier = Multiplier(MultiplierSpec(**size, a_signed=False, b_signed=value.shape().signed))
        share(m, platform, multiplier, f"{name}_product")
        m.d.comb += [multiplier.a.eq(mantissa), multiplier.b.eq(value)]
        return multiplier.p
