"""How long rows are, of Specs with `lanes` and `row_max`."""


class RowLength:
    """What such Specs have in common."""

    @property
    def row_beats(self) -> int:
        """Beats of the longest row."""
        return -(-self.row_max // self.lanes)
