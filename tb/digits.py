"""A real workload: handwritten digits, classified by a small network with int8 operands.

scikit-learn's digits (1797 images of 8x8 pixels) are split in halves. A network of 64-32-10 neurons is
fitted on one half and quantised: pixels and hidden activations to 0..127, weights of each layer to
-127..127 by one scale. Biases are added to the exact sums, in units of the sums.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from ..golden.bitlinear import Weights, quantize_weights
from ..golden.errors import UsageError
from ..golden.float_code import from_float64
from ..golden.float_format import find_format
from ..golden.group_gemm import GroupQuantized, quantize_groups

BF16, FP32 = (find_format(name) for name in ("bf16", "fp32"))
#: Worths of an odd weight of +-1 that are tried, in mean weights.
STEPS = tuple(i / 32 for i in range(1, 33))


@dataclasses.dataclass(frozen=True)
class Layer:
    """One layer: int8 weights (inputs, outputs), bias in units of the sums, and the shift behind it."""

    weights: np.ndarray
    bias: np.ndarray
    shift: int


@dataclasses.dataclass(frozen=True)
class DigitClassifier:
    """A fitted and quantised network with the images that it has not seen.

    images: (N, 64) integers 0..112; labels: (N,) digits; float_accuracy: share of right answers before
    quantisation, in 0..1.
    """

    layers: tuple[Layer, ...]
    images: np.ndarray
    labels: np.ndarray
    float_accuracy: float

    def classify(self, multiply: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
        """Return the digit of every image; `multiply` computes the integer matrix products."""
        activation = self.images
        for i, layer in enumerate(self.layers):
            sums = multiply(activation, layer.weights) + layer.bias
            if i + 1 < len(self.layers):
                activation = np.clip(sums >> layer.shift, 0, 127)
        return sums.argmax(axis=1)

    def classify_floats(self, multiply: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
        """Return the digit of every image, with hidden activations that stay what they are, in bf16.

        `multiply` takes codes of bf16 and integer weights, and returns real numbers.
        """
        activation = self.images.astype(float)
        for layer in self.layers:
            sums = multiply(from_float64(activation, fmt=BF16), layer.weights) + layer.bias
            activation = np.maximum(sums, 0) / 2**layer.shift
        return sums.argmax(axis=1)

    def grouped(self, group: int, bits: int = 4) -> tuple[GroupQuantized, ...]:
        """Return the weights of each layer quantised in groups of `group` rows, with zero points.

        bits: of a weight, 2 to 8. Sums stay in the units of the int8 layers, so that biases and shifts hold.
        """
        return tuple(quantize_groups(layer.weights, group=group, bits=bits) for layer in self.layers)

    def ternary(self) -> tuple[Weights, ...]:
        """Return the trits of each layer as BitLinear makes them, and the mean that they are worth.

        Sums of trits times activations, times the mean, are in the units of the int8 layers.
        """
        weights = (from_float64(layer.weights.astype(float), fmt=FP32) for layer in self.layers)
        return tuple(quantize_weights(codes, fmt=FP32) for codes in weights)

    def odd(self, bits: int = 2) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """Return the weights of each layer as odd numbers of `bits` bits, and what one is worth by column.

        Of STEPS multiples of the mean weight of a column the one with the least squared error is taken. Sums,
        times what one is worth, are in the units of the int8 layers.
        """
        top = (1 << bits) - 1
        found = []
        for layer in self.layers:
            steps = np.abs(layer.weights).mean(axis=0) * np.array(STEPS)[:, None]
            odd = np.clip(2 * np.floor(layer.weights / steps[:, None] / 2) + 1, -top, top)
            best = ((layer.weights - odd * steps[:, None]) ** 2).sum(axis=1).argmin(axis=0)
            columns = np.arange(len(best))
            found.append((odd[best, :, columns].T.astype(np.int64), steps[best, columns]))
        return tuple(found)

    def accuracy(self, digits: np.ndarray) -> float:
        """Return the share of right answers, in 0..1."""
        return float((digits == self.labels).mean())


def digit_classifier(hidden: int = 32, seed: int = 0) -> DigitClassifier:
    """Fit and quantise the network. Raises UsageError if scikit-learn is missing."""
    try:
        from sklearn.datasets import load_digits
        from sklearn.neural_network import MLPClassifier
    except ImportError:
        raise UsageError("scikit-learn is not installed: pip install 'macwright[demo]'") from None
    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    train, test = order[: len(order) // 2], order[len(order) // 2 :]
    network = MLPClassifier((hidden,), alpha=1e-2, max_iter=300, tol=1e-3, random_state=seed)
    network.fit(pixels[train] / 16, labels[train])

    images = pixels.astype(np.int64) * 7  # 0..16 becomes 0..112.
    layers = []
    activation, scale = images[train], 7 * 16.0  # An activation of 1.0 is `scale` in integers.
    for weights, bias in zip(network.coefs_, network.intercepts_, strict=True):
        weight_scale = 127 / np.abs(weights).max()
        codes = np.rint(weights * weight_scale).astype(np.int64)
        offset = np.rint(bias * scale * weight_scale).astype(np.int64)
        sums = activation @ codes + offset
        shift = max(0, int(np.ceil(np.log2(np.percentile(sums, 99.9) / 127))))
        layers.append(Layer(codes, offset, shift))
        activation = np.clip(sums >> shift, 0, 127)
        scale = scale * weight_scale / 2**shift
    return DigitClassifier(
        tuple(layers), images[test], labels[test], float(network.score(pixels[test] / 16, labels[test]))
    )
