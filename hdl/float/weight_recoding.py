"""How float elements multiply by an integer weight: a parameter of them and of the arrays made of them."""

from ...golden.csd import check_digits
from ...golden.errors import UsageError
from ...golden.integer import check_range
from ..arith.csd import csd_code_bits
from ..arith.digit_limit import DigitLimit

RECODINGS = ("radix4", "bits", "csd")


class WeightRecoding(DigitLimit):
    """What follows from `recoding` and `digits` in a Spec, which has `b_bits` and `microarchitecture` too."""

    @property
    def word_bits(self) -> int:
        """Width of a weight where an element takes it: as it is, or in signed digits."""
        return csd_code_bits(self.b_bits, self.digit_limit) if self.digit_limit else self.b_bits

    def check_weights(self, b, signed: bool = True):
        """Return weights as int64, or raise UsageError at the first out of range or of too many digits."""
        if self.digit_limit:
            return check_digits("b", b, bits=self.b_bits, digits=self.digit_limit)
        return check_range("b", b, self.b_bits, signed)

    def check_recoding(self) -> None:
        """Refuse recodings of what is not multiplied, and limits of digits that limit nothing."""
        if self.microarchitecture == "terms" and self.recoding != "radix4":
            raise UsageError(
                f"recoding={self.recoding} is for microarchitecture=significand, and terms add a float per "
                "bit of the weight whatever it is: leave recoding out"
            )
        self.check_digit_limit()
