"""What a head of attention is made for, and what follows from it: widths, parts, timing."""

import dataclasses

from amaranth.hdl import Shape, signed, unsigned

from ...golden.base2_softmax import exp2_table
from ...golden.errors import UsageError
from ..arith.coded import code_bits
from ..arith.logic_table import table_facts, table_word
from ..pe.bit_weight_pe import BitWeightPeSpec
from ..softmax.row_exp import RowExpSpec
from ..spec import Spec, check_widest, flag, integer
from ..vector.inverse import InverseSpec
from ..vector.requant_spec import RequantSpec
from ..vector.scaler import ScalerSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class AttentionSpec(Spec):
    """Vectors, masks, and the widths of scores, exponentials and scales."""

    baseline = "attention"

    queries: int = integer(1, 1, 16, "queries that keys and values stream past together")
    dim: int = integer(64, 1, 256, "elements of a query, of a key and of a value")
    lanes: int = integer(16, 1, 16, "elements of a key, and of a value, per beat")
    length_max: int = integer(4096, 1, 65536, "longest sequence", unit="keys")
    bits: int = integer(8, 2, 8, "width of an element, signed", unit="bits")
    causal: bool = flag(False, "keys behind a query do not take part")
    window: int | None = integer(
        None, 1, 65536, "keys as far away as this do not take part; none: all do", optional=True
    )
    score_bits: int = integer(11, 2, 12, "width of a score as a code, signed", unit="bits")
    fraction_bits: int = integer(5, 0, 8, "fraction of a score: it weighs an octave / 2 ** this", unit="bits")
    exp_bits: int = integer(8, 2, 12, "width of an exponential", unit="bits")
    mult_bits: int = integer(8, 8, 15, "width of the multipliers of both scales", unit="bits")
    shift_bits: int = integer(5, 1, 6, "width of the shifts of both scales", unit="bits")
    index_bits: int = integer(6, 1, 9, "bits of the sum that the table of reciprocals looks at", unit="bits")
    mantissa_bits: int = integer(9, 2, 16, "width of a reciprocal's mantissa", unit="bits")
    out_lanes: int = integer(1, 1, 16, "results per beat")

    def check(self):
        """Refuse vectors that are no whole number of beats, scores without octaves, and what is too wide."""
        for name, whole in (("lanes", "dim"), ("out_lanes", "dim")):
            part, size = getattr(self, name), getattr(self, whole)
            if size % part:
                fits = max(n for n in range(1, part) if size % n == 0)
                raise UsageError(
                    f"{name}={part} does not divide {whole}={size}, and a vector is whole beats: use "
                    f"{name}={fits}"
                )
        if self.fraction_bits >= self.score_bits:
            raise UsageError(
                f"fraction_bits={self.fraction_bits} leaves no octave to scores with "
                f"score_bits={self.score_bits}: use fraction_bits={self.score_bits - 1} or less"
            )
        check_widest(
            self.queries * self.dim * self.acc_bits, f"queries={self.queries} make sums", "fewer queries"
        )

    @property
    def beats(self) -> int:
        """Beats of a vector."""
        return self.dim // self.lanes

    @property
    def element(self) -> Shape:
        """Shape of an element of q, k, v and the result."""
        return signed(self.bits)

    @property
    def masked(self) -> bool:
        """Whether some keys do not take part."""
        return self.causal or self.window is not None

    @property
    def position_bits(self) -> int:
        """Width of a position in the sequence."""
        return max((self.length_max - 1).bit_length(), 1)

    @property
    def dyadic_fields(self) -> dict[str, Shape]:
        """The fields of a dyadic scale."""
        return {"mult": unsigned(self.mult_bits), "shift": unsigned(self.shift_bits)}

    @property
    def header_fields(self) -> dict[str, Shape]:
        """What comes with a block of queries."""
        position = {"position": unsigned(self.position_bits)} if self.masked else {}
        return self.dyadic_fields | position

    @property
    def dot(self) -> BitWeightPeSpec:
        """The element that multiplies a query with a key."""
        return BitWeightPeSpec(a_bits=self.bits, b_bits=self.bits, lanes=self.lanes, k_max=self.dim)

    @property
    def requant(self) -> RequantSpec:
        """What makes a score of a product."""
        return RequantSpec(
            lanes=1,
            in_bits=self.dot.acc_width,
            out_bits=self.score_bits,
            mult_bits=self.mult_bits,
            shift_bits=self.shift_bits,
            pipeline=2,
        )

    @property
    def score_wait(self) -> int:
        """Enabled cycles from the last beat of a key to its score."""
        return self.dot.latency + self.requant.latency

    @property
    def row_exp(self) -> RowExpSpec:
        """The exponentials of a row of scores."""
        return RowExpSpec(
            lanes=1,
            row_max=self.length_max,
            in_bits=self.score_bits,
            fraction_bits=self.fraction_bits,
            exp_bits=self.exp_bits,
        )

    @property
    def acc_bits(self) -> int:
        """Width of a weighted sum of values, signed."""
        return self.row_exp.total_bits + self.bits

    @property
    def value_code_bits(self) -> int:
        """Width of an element of a value in Booth's digits."""
        return code_bits(self.bits, True, "booth")

    @property
    def inverse(self) -> InverseSpec:
        """The reciprocal of a row's sum."""
        return InverseSpec(
            bits=self.row_exp.total_bits, index_bits=self.index_bits, mantissa_bits=self.mantissa_bits
        )

    @property
    def scaler(self) -> ScalerSpec:
        """The product of a weighted sum with its factor."""
        longest = (1 << self.shift_bits) - 1 + max(self.inverse.shift_by_zeros)
        return ScalerSpec(
            value_bits=self.acc_bits,
            mult_bits=self.mantissa_bits + self.mult_bits,
            shift_bits=longest.bit_length(),
            result_bits=self.bits,
            product_reg=True,
        )

    @property
    def tables(self) -> dict[str, dict]:
        """The tables, for the manifest."""
        return {"exp2": table_facts(self.row_exp.lane_spec.table), **self.inverse.tables}

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        exps = exp2_table(fraction_bits=self.fraction_bits, exp_bits=self.exp_bits)
        return {
            "CAUSAL": int(self.causal),
            "WINDOW": self.window or 0,
            "MASKED": int(self.masked),
            "POSITION_BITS": self.position_bits,
            "DOT_BITS": self.dot.acc_width,
            "TOTAL_BITS": self.row_exp.total_bits,
            "DOWN_BITS": self.inverse.shift_bits,
            "EXP_TABLE": table_word(exps, self.exp_bits),
            "RECIPROCAL_TABLE": table_word(self.inverse.table, self.mantissa_bits),
        }

    @property
    def result_cycles(self) -> int:
        """Cycles in which the results of a block of queries leave, without stalls."""
        return self.queries * (2 + self.dim // self.out_lanes)

    @property
    def smooth_length(self) -> int:
        """Keys of the shortest rows that follow each other without a wait for the results before."""
        return -(-(self.result_cycles + self.beats + 1) // self.beats)

    @property
    def latency(self) -> int:
        """Cycles from the last beat of v to the first result of its queries, without stalls."""
        return 6 + (self.beats == 1)

    @property
    def macs_per_cycle(self) -> int:
        """Products of q with k, and as many of exponentials with v, per cycle."""
        return 2 * self.queries * self.lanes
