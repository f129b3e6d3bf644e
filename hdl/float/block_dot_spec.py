"""Spec of dot products of blocks that share a scale: what the units of such blocks have in common."""

import dataclasses

from ...golden.block_scale import SCALE_BITS
from ...golden.block_sum import FixedAccumulator
from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat
from ..spec import Spec
from .fixed_product import code_bits, product_bits
from .fixed_sum import BlockSumFormat, as_wide, check_fixed_bits
from .fp_add import FpAddSpec


def check_lanes(lanes: int, block: int) -> None:
    """Raise UsageError unless a block is a number of whole beats."""
    if block % lanes:
        *parts, whole = [str(d) for d in range(1, block + 1) if block % d == 0]
        known = f"{', '.join(parts)} or {whole}" if parts else whole
        raise UsageError(f"lanes={lanes} does not divide a block of {block}: use {known}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class BlockDotSpec(Spec):
    """Base of the Specs, which have `block`, the elements of a block, `lanes` of them a beat, and `adder`."""

    baseline = "mx_dot"

    #: Width of a scale, and of the exponent that both give a block.
    scale_bits = SCALE_BITS
    exponent_bits = SCALE_BITS + 1
    #: Cycles from the sum to the result.
    edge_cycles = 0

    #: Width of the sum in fixed point, if a Spec lets it be said.
    acc_bits = None

    @property
    def exact(self) -> FixedAccumulator | None:
        """The narrowest accumulator that is as exact as asked; None: blocks are added in fp32."""
        return None

    @property
    def fixed(self) -> FixedAccumulator | None:
        """The accumulator of the blocks; None: they are added in fp32."""
        return as_wide(self.exact, self.acc_bits)

    #: Width of the factor that the scales give a block; 0: they are powers of two.
    factor_bits = 0

    def check(self):
        """Refuse parts of which a block is no multiple, and accumulators that are not as exact as asked."""
        check_lanes(self.lanes, self.block)
        check_fixed_bits(self)

    @property
    def operands(self) -> dict[str, FloatFormat | None]:
        """The format of the elements by operand; None for integers."""
        raise NotImplementedError

    @property
    def operand_bits(self) -> dict[str, int]:
        """Width of an element by operand."""
        return {name: code_bits(fmt) for name, fmt in self.operands.items()}

    @property
    def element_parts(self) -> dict[str, tuple[int, int, int, int]]:
        """By operand the bits of exponent and mantissa of an element, whether it has Inf, and NaN."""
        return {
            name: (fmt.exponent_bits, fmt.mantissa_bits, fmt.special == "ieee", fmt.nan_code is not None)
            if fmt
            else (0, self.operand_bits[name] - 1, 0, 0)
            for name, fmt in self.operands.items()
        }

    @property
    def sum_bits(self) -> int:
        """Width of a block's exact sum, signed."""
        raise NotImplementedError

    @property
    def product_bits(self) -> int:
        """Width of a product, without its sign."""
        return product_bits(self.operands.values())

    @property
    def block_format(self) -> BlockSumFormat:
        """What a block's sum with its scales is worth, where its exponent is that of `BlockDot.scale`."""
        raise NotImplementedError

    @property
    def beats_per_block(self) -> int:
        """Beats of a whole block."""
        return self.block // self.lanes

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat to offering the result, without stalls."""
        return (4 if self.fixed else 3) + self.edge_cycles

    @property
    def macs_per_cycle(self) -> int:
        """Products per cycle."""
        return self.lanes

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline: formats in parts, and widths."""
        values = {}
        for name, parts in self.element_parts.items():
            names = ("EXPONENT", "MANTISSA", "IEEE", "NAN")
            values |= {f"{name.upper()}_{part}": int(v) for part, v in zip(names, parts, strict=True)}
        total = FpAddSpec(a_format="fp32")
        return values | {
            "BEATS": self.beats_per_block,
            "BEAT_BITS": max((self.beats_per_block - 1).bit_length(), 1),
            "SUM_BITS": self.sum_bits,
            "PRODUCT_BITS": self.product_bits,
            "UNIT": self.block_format.unit,
            "LOW": total.window.low,
            "LEFTMOST": total.window.leftmost,
            "YIELDS": int(total.window.zero_yields),
            "TERM_TOP": total.term_top,
            "NUMBER_TOP": total.addend_top,
            "TOTAL_HEADROOM": total.headroom,
            "ACC_BITS": self.fixed.bits if self.fixed else 0,
            "ACC_FRACTION": self.fixed.fraction_bits if self.fixed else 0,
            "FP8_SCALES": int(self.factor_bits > 0),
            "TENSOR": self.edge_cycles,
        }
