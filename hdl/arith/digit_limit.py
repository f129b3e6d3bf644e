"""How many signed digits a weight may have: what the Specs of all engines that multiply by weights share."""

from ...golden.csd import most_digits
from ...golden.errors import UsageError


class DigitLimit:
    """What follows from `recoding` and `digits` in a Spec, which has `b_bits` too."""

    @property
    def digit_limit(self) -> int | None:
        """Signed digits that a weight may have; None: any number of them."""
        return None if self.recoding != "csd" else self.digits or min(2, most_digits(self.b_bits))

    @property
    def flags_weights(self) -> bool:
        """Whether there are weights with too many digits, which raise `bad_weight` of an array."""
        return self.recoding == "csd" and self.digit_limit < most_digits(self.b_bits)

    def check_digit_limit(self) -> None:
        """Refuse limits of digits that limit nothing."""
        if self.recoding != "csd" and self.digits is not None:
            raise UsageError(
                f"digits={self.digits} is for recoding=csd, and recoding={self.recoding} takes every weight: "
                "leave digits out"
            )
        if self.recoding == "csd" and self.digit_limit > (most := most_digits(self.b_bits)):
            raise UsageError(
                f"digits={self.digits} is more than weights of b_bits={self.b_bits} have: use digits={most} "
                "or fewer"
            )
