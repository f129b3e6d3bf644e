"""When the beats and results of a group-dequantising array come, whatever its numbers are."""


class GroupTiming:
    """What the Specs of these arrays have in common; they say `dataflow`, `core` and `dequant_stages`."""

    #: Enabled cycles from reading a result to writing the sum with it, less one.
    adder_stages = 0
    #: Whether the array has a column more, the first, whose weights are 1: it adds up the activations.
    sum_column = False

    @property
    def columns_skewed(self) -> bool:
        """Whether the sums of column j leave the elements j cycles after those of column 0."""
        return self.dataflow == "os"

    @property
    def systolic_wait(self) -> int:
        """Enabled cycles from accepting a group's last beat to the sum of row 0 and column 0, with os."""
        return 2 + self.edge_cycles + self.sum_column

    @property
    def gap_of_scales(self) -> int:
        """Cycles that a beat of `s` takes with os: one per column, and two for the last one."""
        return self.cols + 2

    @property
    def gap(self) -> int:
        """Fewest cycles between groups, with os."""
        return max(self.rows, self.gap_of_scales)

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.core.a_lanes

    @property
    def b_lanes(self) -> int:
        """Elements of B in a beat."""
        return self.core.b_lanes - self.sum_column

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
        return self.core.macs_per_beat // self.core.cols * self.cols

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
