"""The element of an engine for float activations and integer weights, by two microarchitectures.

    significand     exact product --> + wide accumulator, normalised at every step, not rounded
    terms           a float for every bit of the weight --> rounded sums --> + rounded accumulator

Source: Zhang et al., MixPE, 2024 (activations of 16 bits, weights of 4, dequantised after the group).
Latency: 1 enabled cycle; a product every enabled cycle.
"""

import dataclasses

from amaranth.hdl import Const, Module, Shape, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ...golden.float_accumulate import AccumulatorFormat
from ...golden.float_format import FloatFormat, find_format
from ..arith.csd import shift_bits
from ..arith.prefix import KINDS
from ..known_weights import refuse_weights
from ..mac_spec import ELEMENT_DOCS
from ..spec import Spec, choice, integer
from .accumulate import WideNumber, accumulate
from .term_tree import add_codes, sum_parameters, term_product
from .weight_product import weight_product
from .weight_recoding import RECODINGS, WeightRecoding

MICROARCHITECTURES = ("significand", "terms")
DEFAULT_ACC_BITS = 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class WeightFmaPeSpec(WeightRecoding, Spec):
    """Format of the activations, width of the weights, and how their products are added."""

    microarchitecture: str = choice(
        "significand",
        MICROARCHITECTURES,
        "exact products in a wide accumulator, or a float per bit of the weight and sums that are rounded",
    )
    a_format: str = choice("bf16", ("bf16", "fp16"), "format of an activation, an element of A")
    b_bits: int = integer(4, 2, 8, "width of a weight, an element of B, signed", unit="bits")
    acc_bits: int | None = integer(
        None,
        12,
        32,
        "width of the accumulator's significand, for microarchitecture=significand; none: 20",
        unit="bits",
        optional=True,
    )
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")
    recoding: str = choice(
        "radix4", RECODINGS, "rows of a product: one per two bits, per bit, or per signed digit (csd)"
    )
    digits: int | None = integer(
        None, 1, 4, "signed digits that a weight may have, for recoding=csd; none: 2", optional=True
    )

    def __post_init__(self):
        refuse_weights(self.acc_bits)
        super().__post_init__()

    def check(self):
        """Refuse an accumulator that products do not fit, one that there is not, and idle recodings."""
        self.check_recoding()
        if self.microarchitecture == "terms":
            if self.acc_bits is not None:
                raise UsageError(
                    f"acc_bits={self.acc_bits} is for microarchitecture=significand, and terms are added "
                    f"up in a_format={self.a_format}: leave acc_bits out"
                )
            return
        _ = self.acc

    @property
    def fmt(self) -> FloatFormat:
        """Format of the activations."""
        return find_format(self.a_format)

    @property
    def acc(self) -> AccumulatorFormat:
        """The accumulator of microarchitecture=significand."""
        return AccumulatorFormat(fmt=self.fmt, b_bits=self.b_bits, acc_bits=self.acc_bits or DEFAULT_ACC_BITS)

    @property
    def a_shape(self) -> Shape:
        """Shape of an activation: a code."""
        return unsigned(self.fmt.bits)

    @property
    def b_shape(self) -> Shape:
        """Shape of a weight."""
        return signed(self.b_bits)

    @property
    def a_word(self) -> Shape:
        """Shape in which an element takes an activation: as it is."""
        return self.a_shape

    @property
    def b_word(self) -> Shape:
        """Shape in which an element takes a weight: as it is, or with recoding=csd its signed digits."""
        return unsigned(self.word_bits) if self.digit_limit else self.b_shape

    @property
    def acc_width(self) -> int:
        """Width of what the element shows of its sum."""
        return self.fmt.bits if self.microarchitecture == "terms" else self.acc.word_bits

    @property
    def baseline(self) -> str:
        """Name of the baseline."""
        return "weight_terms_pe" if self.microarchitecture == "terms" else "weight_fma_pe"

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        fmt = self.fmt
        values = {"EXPONENT": fmt.exponent_bits, "MANTISSA": fmt.mantissa_bits}
        if self.microarchitecture == "terms":
            return values | sum_parameters(self.a_format, self.b_bits)
        acc = self.acc
        return values | {
            "ACC_BITS": acc.acc_bits,
            "ACC_EXPONENT": acc.exponent_bits,
            "OFFSET": acc.offset,
            "DIGITS": self.digit_limit or 0,
            "WORD": self.word_bits,
            "STAGES": shift_bits(self.b_bits),
        }

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
        if self.microarchitecture == "terms":
            return term_product(m, platform, a, b, self.a_format, self.adder)
        return weight_product(m, a, b, Const(1, 1), self.acc, self).word

    def added(self, m: Module, platform, total: Value, word: Value) -> Value:
        """Return the sum of two words of the accumulator, as the element adds."""
        if self.microarchitecture == "terms":
            return add_codes(m, platform, total, word, self.a_format, self.adder, "accumulate")
        bits = self.acc.acc_bits
        x, y = WideNumber.of(word, bits), WideNumber.of(total, bits)
        return accumulate(m, x, y, self.adder).word


class WeightFmaPe(wiring.Component):
    """acc = (first ? 0 : acc) + a * b, once per enabled cycle: a is a float, b a signed integer.

    With microarchitecture=significand `acc` holds, from the low bits up, the significand (two's complement,
    acc_bits), its exponent, and the flags plus and minus; the golden model is `golden.float_accumulate`. With
    terms it is a code of a_format; the golden model is `golden.float_terms`. The datapath has no reset: `acc`
    means nothing until a first `first` has come through.
    """

    sum_ports = ("acc",)

    def __init__(self, spec: WeightFmaPeSpec):
        self.spec = spec
        ports = {"en": In(1), "first": In(1), "a": In(spec.a_shape), "b": In(spec.b_word)}
        super().__init__(ports | {"acc": Out(spec.acc_width)})

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are, and how the accumulator lies in its word."""
        spec = self.spec
        held = f"a code of {spec.a_format}"
        if spec.microarchitecture == "significand":
            low, top = spec.acc.acc_bits, spec.acc_width
            held = (
                f"bits 0 to {low - 1} significand, {low} to {top - 3} exponent, {top - 2} and {top - 1} the "
                "flags plus and minus"
            )
        return ELEMENT_DOCS | {
            "a": f"activation, {spec.a_format}",
            "b": "weight" + (", in signed digits: nonzero, neg, shift of each" if spec.digit_limit else ""),
            "acc": ELEMENT_DOCS["acc"] + f": {held}",
        }

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        clear = Signal(name="clear")
        # No `en` but here: without it the product is zero and nothing is cleared.
        m.d.comb += clear.eq(self.first & self.en)
        build = self._terms if self.spec.microarchitecture == "terms" else self._significand
        m.d.comb += self.acc.eq(build(m, platform, clear))
        return m

    def _significand(self, m: Module, platform, clear: Signal) -> Value:
        """Build product and accumulator, and return its word."""
        spec, acc = self.spec, self.spec.acc
        widths = {"exponent": acc.exponent_bits, "significand": acc.acc_bits, "plus": 1, "minus": 1}
        held = WideNumber(
            **{name: Signal(width, name=f"{name}_reg", reset_less=True) for name, width in widths.items()}
        )
        product = weight_product(m, self.a, self.b, self.en, acc, spec)
        total = accumulate(m, product, held.kept(clear), spec.adder)
        m.d.sync += [getattr(held, name).eq(getattr(total, name)) for name in widths]
        return held.word

    def _terms(self, m: Module, platform, clear: Signal) -> Value:
        """Build product and accumulator, and return its code."""
        spec = self.spec
        code = Signal(spec.acc_width, name="code_reg", reset_less=True)
        product = term_product(m, platform, self.a, self.b, spec.a_format, spec.adder)
        gated, kept = (Signal(len(code), name=name) for name in ("gated_product", "kept_sum"))
        m.d.comb += [
            gated.eq(product & self.en.replicate(len(code))),
            kept.eq(code & (~clear).replicate(len(code))),
        ]
        m.d.sync += code.eq(add_codes(m, platform, kept, gated, spec.a_format, spec.adder, "accumulate"))
        return code
