"""The element of a floating matrix engine: products in a wide accumulator that is not rounded.

    a, b --> significands multiplied, exact --> align --> + --> normalise --> | significand, | --> rounded
         --> exponents added ------------------------^  ^                     | exponent     |     at the edge
                                                        '---------------------------'

Products are exact, or sums of mantissas (`golden.lmul`).

Source: Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024. Latency: 1
enabled cycle; a product every enabled cycle.
"""

import dataclasses

from amaranth.hdl import Const, Module, Shape, Signal, Value, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat, find_format
from ...golden.lmul import HIGHEST_OFFSET, MantissaSum
from ...golden.wide_fma import (
    MULTIPLIERS,
    NO_GROUPS,
    FmaAccumulatorFormat,
    default_acc_bits,
    mantissa_sum,
    product_width,
)
from ..arith.prefix import KINDS
from ..known_weights import refuse_weights
from ..mac_spec import ELEMENT_DOCS
from ..spec import Spec, choice, float_format, integer
from .accumulate import WideNumber, accumulate
from .float_product import float_product
from .float_spec import format_parameters

NORMALISATIONS = ("exact", "an", "none")
WIDEST_ACC = 48


@dataclasses.dataclass(frozen=True, kw_only=True)
class WideFmaPeSpec(Spec):
    """Formats of the operands, how they are multiplied, width and normalisation of the accumulator."""

    baseline = "wide_fma_pe"

    a_format: str = float_format("bf16", "format of a, an element of A")
    b_format: str | None = float_format(None, "format of b, an element of B; none: that of a", optional=True)
    acc_bits: int | None = integer(
        None,
        4,
        WIDEST_ACC,
        "width of the accumulator's significand; none: a product and three bits, 20 at least",
        unit="bits",
        optional=True,
    )
    normalise: str = choice(
        "exact",
        NORMALISATIONS,
        "how far a sum is shifted: by all its leading bits, by those of two groups, or not to the left",
    )
    an_k: int | None = integer(
        None, 1, 32, "bits of the first group, for normalise=an; none: 1", unit="bits", optional=True
    )
    an_lambda: int | None = integer(
        None, 1, 32, "bits of the second group, for normalise=an; none: 2", unit="bits", optional=True
    )
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")
    multiplier: str = choice(
        "exact",
        MULTIPLIERS,
        "how floats are multiplied: exactly, or by addition, as L-Mul in either meaning or piecewise affine",
    )
    lmul_offset: int | None = integer(
        None,
        0,
        HIGHEST_OFFSET,
        "l of the 2^-l that both kinds of L-Mul add; none: as many as mantissa bits up to 3, 3 for 4, else 4",
        optional=True,
    )

    def __post_init__(self):
        refuse_weights(self.acc_bits)
        super().__post_init__()

    def check(self):
        """Refuse groups that nothing looks at, and products that no accumulator holds."""
        for name in ("an_k", "an_lambda"):
            if self.normalise != "an" and (value := getattr(self, name)) is not None:
                raise UsageError(
                    f"{name}={value} is for normalise=an, and normalise={self.normalise} has no groups: "
                    f"leave {name} out"
                )
        if self.lmul_offset is not None and not self.multiplier.startswith("lmul"):
            raise UsageError(
                f"lmul_offset={self.lmul_offset} is for multiplier=lmul_formula and lmul_integer, and "
                f"multiplier={self.multiplier} adds no offset: leave lmul_offset out"
            )
        formats = self.float_operands.values()
        bits = product_width(*formats, self.mantissas)
        if bits > WIDEST_ACC:
            raise UsageError(
                f"a_format={self.a_format} and b_format={self.b_format or self.a_format} have products of "
                f"{bits} bits, and {WIDEST_ACC} is the widest accumulator: use narrower formats, or fma_pe"
            )
        bits = self.acc_bits or default_acc_bits(*formats, self.mantissas)
        if self.groups and sum(self.groups) >= bits:
            k, lam = self.groups
            raise UsageError(
                f"an_k={k} and an_lambda={lam} look at {k + lam} bits below the sign, and a sum has "
                f"acc_bits={bits} with it: use groups of at most {bits - 1} bits together"
            )
        _ = self.acc

    @property
    def float_operands(self) -> dict[str, FloatFormat]:
        """The format of each operand, by name."""
        return {"a": find_format(self.a_format), "b": find_format(self.b_format or self.a_format)}

    @property
    def groups(self) -> tuple[int, ...] | None:
        """Widths of the groups of bits that the normalisation looks at; None: it is exact."""
        if self.normalise == "an":
            return self.an_k or 1, self.an_lambda or 2
        return None if self.normalise == "exact" else NO_GROUPS

    @property
    def mantissas(self) -> MantissaSum | None:
        """How mantissas are added; None: significands are multiplied. Raises UsageError if they cannot be."""
        try:
            return mantissa_sum(*self.float_operands.values(), self.multiplier, self.lmul_offset)
        except UsageError as error:
            raise UsageError(
                f"multiplier={self.multiplier} with a_format={self.a_format} and "
                f"b_format={self.b_format or self.a_format}: {error}"
            ) from None

    @property
    def acc(self) -> FmaAccumulatorFormat:
        """The accumulator."""
        a, b = self.float_operands.values()
        return FmaAccumulatorFormat(
            a_format=a,
            b_format=b,
            acc_bits=self.acc_bits or default_acc_bits(a, b, self.mantissas),
            groups=self.groups,
            multiplier=self.multiplier,
            lmul_offset=self.lmul_offset,
        )

    @property
    def a_shape(self) -> Shape:
        """Shape of an element of A: a code."""
        return unsigned(self.float_operands["a"].bits)

    @property
    def b_shape(self) -> Shape:
        """Shape of an element of B: a code."""
        return unsigned(self.float_operands["b"].bits)

    @property
    def a_word(self) -> Shape:
        """Shape in which an element takes A: as it is."""
        return self.a_shape

    @property
    def b_word(self) -> Shape:
        """Shape in which an element takes B: as it is."""
        return self.b_shape

    @property
    def acc_width(self) -> int:
        """Width of what the element shows of its sum."""
        return self.acc.word_bits

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        acc = self.acc
        formats = (format_parameters(f"{name.upper()}_", fmt) for name, fmt in self.float_operands.items())
        return {
            "ACC_BITS": acc.acc_bits,
            "SIGNIFICAND": acc.acc_bits,
            "ACC_EXPONENT": acc.exponent_bits,
            "OFFSET": acc.offset,
            "NORMALISE": NORMALISATIONS.index(self.normalise),
            "AN_K": self.an_k or 1,
            "AN_LAMBDA": self.an_lambda or 2,
            "MULTIPLIER": MULTIPLIERS.index(self.multiplier),
            "FRACTION": acc.fraction_bits,
            "ADDED": acc.mantissas.added if acc.mantissas else 0,
            "PRODUCT_BITS": acc.product_bits,
        } | dict(item for parameters in formats for item in parameters.items())

    @property
    def latency(self) -> int:
        """Enabled cycles from taking the operands to showing their sum."""
        return 1

    @property
    def macs_per_cycle(self) -> int:
        """Products added per enabled cycle."""
        return 1

    def product(self, m: Module, platform, a: Value, b: Value) -> Value:
        """Return a * b as a word of the accumulator."""
        return float_product(m, a, b, Const(1, 1), self.acc, self.adder).word

    def added(self, m: Module, platform, total: Value, word: Value) -> Value:
        """Return the sum of two words of the accumulator, as the element adds."""
        bits = self.acc.acc_bits
        x, y = WideNumber.of(word, bits), WideNumber.of(total, bits)
        return accumulate(m, x, y, self.adder, self.groups).word


class WideFmaPe(wiring.Component):
    """acc = (first ? 0 : acc) + a * b, once per enabled cycle, all floats; acc is not rounded.

    `acc` holds, from the low bits up, the significand (two's complement, acc_bits), its exponent, and the
    flags plus and minus; the golden model is `golden.wide_fma`. The datapath has no reset: `acc` means
    nothing until a first `first` has come through.
    """

    sum_ports = ("acc",)

    def __init__(self, spec: WideFmaPeSpec):
        self.spec = spec
        ports = {"en": In(1), "first": In(1), "a": In(spec.a_shape), "b": In(spec.b_shape)}
        super().__init__(ports | {"acc": Out(spec.acc_width)})

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are, and how the accumulator lies in its word."""
        spec = self.spec
        low, top = spec.acc.acc_bits, spec.acc_width
        return ELEMENT_DOCS | {
            "a": f"operand of A, {spec.a_format}",
            "b": f"operand of B, {spec.b_format or spec.a_format}",
            "acc": ELEMENT_DOCS["acc"]
            + f": bits 0 to {low - 1} significand, {low} to {top - 3} exponent, {top - 2} and {top - 1} the "
            "flags plus and minus",
        }

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec, acc = self.spec, self.spec.acc
        word = Signal(spec.acc_width, name="acc_reg", reset_less=True)
        clear = Signal(name="clear")
        # Without `en` the product is zero, nothing is cleared and nothing normalised.
        m.d.comb += clear.eq(self.first & self.en)
        product = float_product(m, self.a, self.b, self.en, acc, spec.adder)
        kept = WideNumber.of(word, acc.acc_bits).kept(clear)
        total = accumulate(m, product, kept, spec.adder, acc.groups, self.en)
        m.d.sync += word.eq(total.word)
        m.d.comb += self.acc.eq(word)
        return m
