"""One declaration per parameter: a Spec is a frozen dataclass whose fields say all there is to say.

Validation, `macwright describe`, the command line, the manifest and the docs read the same `Param`.
"""

import dataclasses
import difflib
import hashlib
import shlex
from typing import Any, ClassVar, Self

from ..golden.errors import UsageError
from ..golden.float_format import PRESETS, find_format
from .known_weights import PREFIX, KnownWeights

#: Bits of the widest value that Amaranth takes.
WIDEST = 65_536

#: Verilator gives modules with names above 127 characters other names, and a bench finds no top any more.
LONGEST_SUFFIX = 90


@dataclasses.dataclass(frozen=True, kw_only=True)
class Param:
    """What one field of a Spec may be.

    `optional` allows None, written `none` on the command line; `weights` allows `from:FILE`, a width that
    follows from weights, which the Spec then holds as KnownWeights; `format` is the name of a float format.
    """

    kind: type
    meaning: str
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    optional: bool = False
    weights: bool = False
    format: bool = False

    @property
    def legal(self) -> str:
        """The legal values, as part of a sentence."""
        if self.kind is bool:
            text = "true or false"
        elif self.choices:
            text = "one of " + ", ".join(self.choices)
        elif self.format:
            text = f"one of {', '.join(PRESETS)}, or a split such as e6m9 or e4m2b5fn"
        else:
            text = f"a whole number from {self.low} to {self.high}" + (f" ({self.unit})" if self.unit else "")
        text += f", or {PREFIX}FILE.npy" if self.weights else ""
        return text + (", or none" if self.optional else "")

    def accepts(self, value: Any) -> bool:
        """Return whether `value` has the right type and lies in range."""
        if value is None:
            return self.optional
        if isinstance(value, KnownWeights):
            return self.weights
        if type(value) is not self.kind:
            return False
        if self.choices:
            return value in self.choices
        return self.kind is not int or self.low <= value <= self.high

    def resolve(self, value: Any) -> Any:
        """Return the value that a Spec holds: `from:FILE` becomes the weights in that file.

        Raises UsageError for a format that there is not.
        """
        if self.format and isinstance(value, str):
            find_format(value)
        named = self.weights and isinstance(value, str) and value.startswith(PREFIX)
        return KnownWeights.read(value) if named else value

    def parse(self, text: str) -> Any:
        """Read a value from the command line; what cannot be read is returned as it is, to be refused."""
        lowered = text.strip().lower()
        if self.optional and lowered == "none":
            return None
        if self.kind is bool:
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
                lowered, text
            )
        if self.kind is int:
            try:
                return int(lowered, 0)
            except ValueError:
                return text
        return lowered


def integer(
    default: int | None,
    low: int,
    high: int,
    meaning: str,
    *,
    unit: str = "",
    optional: bool = False,
    weights: bool = False,
):
    """Declare a whole-number field with an inclusive range."""
    param = Param(
        kind=int, meaning=meaning, low=low, high=high, unit=unit, optional=optional, weights=weights
    )
    return dataclasses.field(default=default, metadata={"param": param})


def flag(default: bool, meaning: str):
    """Declare a true-or-false field."""
    return dataclasses.field(default=default, metadata={"param": Param(kind=bool, meaning=meaning)})


def choice(default: str, choices: tuple[str, ...], meaning: str):
    """Declare a field that takes one of several names."""
    return dataclasses.field(
        default=default, metadata={"param": Param(kind=str, meaning=meaning, choices=choices)}
    )


def float_format(default: str | None, meaning: str, *, optional: bool = False):
    """Declare a field that names a float format, as `golden.float_format.find_format` takes it."""
    param = Param(kind=str, meaning=meaning, format=True, optional=optional)
    return dataclasses.field(default=default, metadata={"param": param})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spec:
    """Base of every Spec. Fields are declared with `integer`, `flag`, `choice`, `float_format`.

    Subclasses refuse combinations of fields in `check`, by raising UsageError.
    """

    #: Name of the file in synth/baselines that holds the same function, written the simplest way.
    baseline: ClassVar[str]

    def __post_init__(self):
        for name, param in self.params().items():
            try:
                value = param.resolve(getattr(self, name))
            except UsageError as error:
                raise UsageError(f"{name}={getattr(self, name)}: {error}") from None
            if not param.accepts(value):
                raise UsageError(f"{name}={value} is not legal: {name} is {param.legal}")
            object.__setattr__(self, name, value)
        self.check()

    @property
    def weights(self) -> KnownWeights | None:
        """The weights that size the accumulator, if any do: sums are then exact for them, not for all."""
        named = [getattr(self, name) for name, param in self.params().items() if param.weights]
        return next((value for value in named if isinstance(value, KnownWeights)), None)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What to know of parameters that are legal and seldom wise, in sentences; said at generation."""
        return ()

    def check(self) -> None:
        """Refuse combinations of legal fields that make no hardware."""

    @classmethod
    def params(cls) -> dict[str, Param]:
        """Return the declaration of every field, in order."""
        return {f.name: f.metadata["param"] for f in dataclasses.fields(cls)}

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return the default of every field, in order."""
        return {f.name: f.default for f in dataclasses.fields(cls)}

    @classmethod
    def parse(cls, assignments: dict[str, str]) -> Self:
        """Build a Spec from text, as given by `-p name=value`. Raises UsageError on an unknown name."""
        params = cls.params()
        for name in assignments:
            if name not in params:
                raise UsageError(f"there is no parameter {name!r}: {nearest(name, params)}")
        return cls(**{name: params[name].parse(text) for name, text in assignments.items()})

    def as_dict(self) -> dict[str, Any]:
        """Return every field with its value as JSON holds it, in order: weights as their text."""
        values = {name: getattr(self, name) for name in self.params()}
        return {name: str(v) if isinstance(v, KnownWeights) else v for name, v in values.items()}

    def changed(self) -> dict[str, Any]:
        """Return the fields that differ from their default, in order."""
        return {name: value for name, value in self.as_dict().items() if value != self.defaults()[name]}

    def arguments(self) -> str:
        """Return the `-p` arguments of the command line that make this Spec again."""
        return " ".join(f"-p {shlex.quote(f'{name}={as_text(v)}')}" for name, v in self.changed().items())

    def name_part(self, name: str) -> str:
        """Return a field's value as module names spell it: `m4` for -4, `19w` for a width from weights."""
        value = getattr(self, name)
        if isinstance(value, KnownWeights):
            return f"{self.acc_width}w"
        return str(int(value) if isinstance(value, bool) else value).replace("-", "m")

    def suffix(self, reference: dict[str, Any] | None = None) -> str:
        """Return `_rows_4_a_signed_0`, the part of a module name that tells this Spec from the default.

        Fields that `reference` holds are compared with it instead of with their default. Text above
        LONGEST_SUFFIX becomes a digest of itself.
        """
        expected = self.defaults() | (reference or {})
        names = [name for name, value in self.as_dict().items() if value != expected[name]]
        text = "".join(f"_{name}_{self.name_part(name)}" for name in names)
        return text if len(text) <= LONGEST_SUFFIX else "_" + hashlib.sha256(text.encode()).hexdigest()[:12]


def as_text(value: Any) -> str:
    """Return a field's value as the command line writes it."""
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def check_widest(bits: int, what: str, use: str) -> None:
    """Raise UsageError if a value is wider than Amaranth takes. what: the sentence up to the width."""
    if bits > WIDEST:
        raise UsageError(f"{what} of {bits} bits in all, and {WIDEST} is the most: use {use}")


def check_fields_of(spec: Spec, by: str, fields: dict[str, tuple[str, ...]]) -> None:
    """Raise UsageError for a field that only other values of `by` have, unless it is at its default.

    fields: by value of `by`, those that not all of them have.
    """
    chosen, defaults = getattr(spec, by), spec.defaults()
    for name in dict.fromkeys(name for names in fields.values() for name in names):
        if name not in fields[chosen] and (value := getattr(spec, name)) != defaults[name]:
            other = next(value for value, names in fields.items() if name in names)
            raise UsageError(
                f"{name}={as_text(value)} means nothing with {by}={chosen}: use "
                f"{name}={as_text(defaults[name])}, or {by}={other}"
            )


def nearest(name: str, known) -> str:
    """Return the end of a refusal: the known name most like `name`, or all of them."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
