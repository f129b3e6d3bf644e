"""The parameters that every integer multiply-accumulate engine shares: operands and accumulator."""

import dataclasses

import numpy as np
from amaranth.hdl import Shape
from amaranth.lib import data
from amaranth.lib.wiring import In

from ..golden.accumulator import acc_bits_for, check_exact, k_max_for, sum_is_signed, weight_bits
from ..golden.errors import UsageError
from ..golden.int_gemm import OVERFLOW_RULES
from ..golden.integer import check_range
from .known_weights import KnownWeights, check_sized_by_weights
from .spec import Spec, choice, flag, integer

#: K that sizes the accumulator where neither `k_max` nor `acc_bits` is given: int8 then has 32 bits.
DEFAULT_K_MAX = 65536


@dataclasses.dataclass(frozen=True, kw_only=True)
class MacSpec(Spec):
    """Operand widths and signs, and the accumulator by `acc_bits` or by `k_max`."""

    baseline = "dot"

    a_bits: int = integer(8, 2, 16, "width of an element of A", unit="bits")
    b_bits: int = integer(8, 2, 16, "width of an element of B", unit="bits")
    a_signed: bool = flag(True, "elements of A are two's complement, not unsigned")
    b_signed: bool = flag(True, "elements of B are two's complement, not unsigned")
    acc_bits: int | str | KnownWeights | None = integer(
        None,
        2,
        48,
        "width of the accumulator; none: the worst case of k_max; from:FILE.npy: that of these weights, B",
        unit="bits",
        optional=True,
        weights=True,
    )
    k_max: int | None = integer(
        None,
        1,
        65536,
        "longest sum the accumulator must hold; none: 65536, or what acc_bits holds",
        optional=True,
    )
    overflow: str = choice(
        "error", OVERFLOW_RULES, "error: refuse an accumulator that can overflow; else what it does then"
    )
    input_reg: bool = flag(False, "register the operands in front of the multiplier")

    def check(self):
        """Refuse an accumulator that is too narrow for a promise of exact sums, or sized twice."""
        if self.acc_bits is None:
            return
        if self.weights:
            self._check_weights()
            return
        if self.overflow != "error":
            if self.k_max is not None:
                raise UsageError(
                    f"acc_bits={self.acc_bits} and k_max={self.k_max} both size the accumulator, and under "
                    f"overflow={self.overflow} only acc_bits is used: leave k_max out"
                )
            return
        check_exact(self.acc_bits, self.k_max or 1, *self.operands)

    def _check_weights(self):
        if self.overflow != "error":
            raise UsageError(
                f"acc_bits={self.acc_bits} sizes the accumulator so that no sum overflows, and "
                f"overflow={self.overflow} says what happens then: leave overflow out, or use acc_bits=BITS"
            )
        check_sized_by_weights(self)

    def bits_for(self, b) -> int:
        """Return how wide an accumulator the sums with B, (K, N), need.

        Raises UsageError unless they are integers of `b_bits`.
        """
        a_bits, b_bits, a_signed, b_signed = self.operands
        widths = weight_bits(b, a_bits=a_bits, b_bits=b_bits, a_signed=a_signed, b_signed=b_signed)
        return int(widths.max())

    @property
    def operands(self) -> tuple[int, int, bool, bool]:
        """`(a_bits, b_bits, a_signed, b_signed)`, as the functions of `golden.accumulator` take them."""
        return self.a_bits, self.b_bits, self.a_signed, self.b_signed

    @property
    def acc_width(self) -> int:
        """Width of the accumulator in bits."""
        if self.weights:
            return self.weights.acc_bits(*self.operands)
        return self.acc_bits or acc_bits_for(self.k_max or DEFAULT_K_MAX, *self.operands)

    @property
    def k_limit(self) -> int | None:
        """The longest K that cannot overflow; None where overflow is defined (wrap, saturate).

        Where weights size the accumulator, it is their K.
        """
        if self.overflow != "error":
            return None
        if self.weights:
            return self.weights.k
        return self.k_max or (k_max_for(self.acc_bits, *self.operands) if self.acc_bits else DEFAULT_K_MAX)

    @property
    def a_shape(self) -> Shape:
        """Shape of an element of A."""
        return Shape(self.a_bits, self.a_signed)

    @property
    def a_word(self) -> Shape:
        """Shape in which an element takes A: as it is, unless it comes recoded (`TreeMacSpec.recoding`)."""
        return self.a_shape

    @property
    def b_shape(self) -> Shape:
        """Shape of an element of B."""
        return Shape(self.b_bits, self.b_signed)

    def check_b(self, b) -> np.ndarray:
        """Return B as int64, or raise UsageError at the first element that is out of range."""
        return check_range("b", b, self.b_bits, self.b_signed)

    @property
    def b_word(self) -> Shape:
        """Shape in which an element takes B: as it is, unless it comes in signed digits (`TreeMacSpec`)."""
        return self.b_shape

    @property
    def acc_shape(self) -> Shape:
        """Shape of the accumulator and of an element of C: signed unless both operands are unsigned."""
        return Shape(self.acc_width, sum_is_signed(self.a_signed, self.b_signed))


#: What the ports of an element are; an element says where its own differ.
ELEMENT_DOCS = {
    "en": "every register moves only while this is high",
    "first": "start a new sum with this product",
    "a": "operand of A",
    "b": "operand of B",
    "acc": "sum of products, {latency} enabled cycle(s) after its last operands",
}


def check_step(spec: MacSpec, products: int, name: str) -> None:
    """Raise UsageError if sums are to be exact and the `products` of a single step can overflow.

    name: of the parameter that says how many products a step adds.
    """
    if spec.overflow != "error":
        return
    if spec.k_max is not None and spec.k_max < products:
        raise UsageError(
            f"k_max={spec.k_max} is less than a step adds with {name}={products}: use k_max={products} or "
            f"more, or a lower value of {name}"
        )
    if spec.weights:
        if spec.weights.k < products:
            raise UsageError(
                f"acc_bits={spec.acc_bits} has weights of K={spec.weights.k}, less than a step adds with "
                f"{name}={products}: add rows of zeros, or use a lower value of {name}"
            )
    elif spec.acc_bits is not None:
        check_exact(spec.acc_bits, spec.k_max or products, *spec.operands)


def operand_ports(spec) -> dict:
    """Return the ports `a` and `b` of an element that adds `spec.lanes` products a step."""
    shapes = {"a": spec.a_word, "b": spec.b_word}
    if spec.lanes > 1:
        shapes = {name: data.ArrayLayout(shape, spec.lanes) for name, shape in shapes.items()}
    return {name: In(shape) for name, shape in shapes.items()}


def operand_pairs(spec, a, b) -> list[tuple]:
    """Return the operands (a, b) of each lane from ports made by `operand_ports`, or registers like them."""
    return [(a, b)] if spec.lanes == 1 else [(a[lane], b[lane]) for lane in range(spec.lanes)]
