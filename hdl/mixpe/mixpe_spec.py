"""What a group-dequantising array consists of: its elements, lanes and rings, and their timing."""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ..arith.coded import code_bits
from ..arith.csd import csd_code_bits
from ..array.mac_array import MacArraySpec
from ..pe.tree_mac import MULTIPLIERS
from ..spec import choice, integer
from ..vector.scaler import ScalerSpec
from .checks import check_group, check_recoding, check_scale, check_sums
from .operands_spec import RECODINGS, GroupOperandsSpec
from .result_ring import ResultRingSpec
from .timing import GroupTiming


@dataclasses.dataclass(frozen=True, kw_only=True)
class GroupSumsSpec(MacArraySpec):
    """A matrix engine whose tiles are groups, and how its elements make the rows of a product."""

    multiplier: str = choice("booth", MULTIPLIERS, "rows of the product: radix-4 Booth, or one per bit")
    b_digits: int | None = integer(
        None, 1, 4, "B comes in at most so many signed digits; none: as it is", optional=True
    )

    @property
    def b_word(self) -> Shape:
        """Shape in which elements take B."""
        return unsigned(csd_code_bits(self.b_bits, self.b_digits)) if self.b_digits else self.b_shape


@dataclasses.dataclass(frozen=True, kw_only=True)
class MixpeArraySpec(GroupTiming, GroupOperandsSpec):
    """Operands, size and dataflow, and how sums of groups become results."""

    def check(self):
        """Refuse combinations that make no hardware, or that would mean nothing."""
        for refuse in (check_group, check_recoding, check_scale, check_sums):
            refuse(self)

    @property
    def edge_cycles(self) -> int:
        """Cycles that recoding the weights at the array's edge takes, with os."""
        return int(self.recoding == "csd")

    @property
    def baseline(self) -> str:
        """Name of the baseline: weights that rest need streams of their own."""
        return "mixpe_array_ws" if self.core.streams_rows else "mixpe_array"

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        fmt = self.float_format
        return {
            "SUM_BITS": self.sum_bits,
            "FACTOR_BITS": self.factor_bits,
            "FLOAT": int(fmt is not None),
            "EXPONENT_BITS": fmt.exponent_bits if fmt else 1,
            "MANTISSA_BITS": fmt.mantissa_bits if fmt else 1,
            "ORIGIN": self.shift_origin if fmt else 0,
        }

    @property
    def core(self) -> GroupSumsSpec:
        """The engine that makes the sums of groups."""
        shared = ("a_bits", "a_signed", "b_bits", "rows", "cols", "dataflow", "depth", "element")
        return GroupSumsSpec(
            **{name: getattr(self, name) for name in shared},
            b_signed=True,
            k_max=None if self.weights else self.group,
            acc_bits=self.acc_width,
            overflow="wrap" if self.weights else "error",
            multiplier=RECODINGS[self.recoding],
            b_digits=self.digit_limit,
        )

    @property
    def recentre(self) -> int:
        """What inverts the top bit of each weight in a beat of `b`."""
        lane = 1 << (self.b_bits - 1)
        return sum(lane << self.b_bits * k for k in range(self.b_lanes))

    @property
    def sum_words(self) -> int:
        """Words in which a group's sum reaches its lane: with `carry_save` and os two."""
        return 2 if self.columns_skewed and self.element == "carry_save" else 1

    @property
    def zero_code_bits(self) -> int:
        """Width of a recentred zero point in Booth digits."""
        return code_bits(self.b_bits, True, "booth")

    @property
    def dequant_stages(self) -> int:
        """Enabled cycles from a sum to its word for the ring."""
        return 1 + self.scaler.latency

    @property
    def scale_stages(self) -> dict[str, int]:
        """Enabled cycles after a sum in which its lane looks at each part of the scale."""
        return {"zero": 0, "factor": 1, "shift": 1 + self.scaler.shift_wait}

    @property
    def ring(self) -> ResultRingSpec:
        """The results of a column between groups."""
        return ResultRingSpec(
            rows=self.rows,
            out_bits=self.out_bits,
            word_bits=self.scaler.result_bits,
            prefix=self.element != "operator",
        )

    @property
    def scaler(self) -> ScalerSpec:
        """What multiplies a group's sum by its scale; one bit more than C's is enough to saturate it."""
        exact = self.sum_bits + self.factor_bits
        return ScalerSpec(
            value_bits=self.sum_bits,
            mult_bits=self.factor_bits,
            shift_bits=self.shift_bits,
            result_bits=min(self.out_bits + 1, exact),
            product_reg=True,
            window_reg=True,
            rounds=False,
        )
