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
class MixpeArraySpec(GroupOperandsSpec):
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
    def columns_skewed(self) -> bool:
        """Whether the sums of column j leave the elements j cycles after those of column 0."""
        return self.dataflow == "os"

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
    def ring(self) -> ResultRingSpec:
        """The results of a column between groups."""
        return ResultRingSpec(
            rows=self.rows,
            out_bits=self.out_bits,
            word_bits=self.scaler.result_bits,
            prefix=self.element != "operator",
        )

    @property
    def systolic_wait(self) -> int:
        """Enabled cycles from accepting a group's last beat to the sum of row 0 and column 0, with os."""
        return 2 + self.edge_cycles

    @property
    def gap_of_scales(self) -> int:
        """Cycles that a beat of `s` takes with os: one per column, and two for the last one."""
        return self.cols + 2

    @property
    def gap(self) -> int:
        """Fewest cycles between groups, with os."""
        return max(self.rows, self.gap_of_scales)

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

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.core.a_lanes

    @property
    def b_lanes(self) -> int:
        """Elements of B in a beat."""
        return self.core.b_lanes

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls.

        With ws from accepting the beat of `a` that completes row 0.
        """
        if self.streams_rows:
            return self.core.latency + self.dequant_stages + 1
        return self.systolic_wait + self.dequant_stages + self.cols

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.core.macs_per_beat

    @property
    def macs_per_cycle(self) -> int:
        """Products added per cycle while beats are accepted."""
        return self.macs_per_beat

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b`, `s` or `c` per tile of length `k`."""
        return -(-k // self.group) if stream_name == "s" else self.core.tile_beats(stream_name, k)

    def tile_cycles(self, k: int) -> int:
        """Cycles per tile of length `k`, back to back and without stalls."""
        if self.streams_rows:
            return max(self.tile_beats(name, k) for name in "abc")
        whole, rest = divmod(k, self.group)
        return whole * max(self.group, self.gap) + (max(rest, self.gap) if rest else 0)
