"""Every unit that Macwright knows: its name, Spec, component, what it is and where it comes from."""

import dataclasses

from amaranth.lib import wiring

from ..golden.errors import UsageError
from ..hdl.array.bit_serial_pe import BitSerialPe, BitSerialPeSpec
from ..hdl.array.mac_array import MacArray, MacArraySpec
from ..hdl.attention.attention import Attention
from ..hdl.attention.attention_spec import AttentionSpec
from ..hdl.bitserial.bitserial_tile import BitserialTile
from ..hdl.bitserial.bitserial_tile_spec import BitserialTileSpec
from ..hdl.float.bfp_dot import BfpDot, BfpDotSpec
from ..hdl.float.block_quantize import BlockQuantize, BlockQuantizeSpec
from ..hdl.float.fma_array import FmaArray
from ..hdl.float.fma_array_spec import FmaArraySpec
from ..hdl.float.fma_pe import FmaPe, FmaPeSpec
from ..hdl.float.fp_add import FpAdd, FpAddSpec
from ..hdl.float.fp_dot import FpDot, FpDotSpec
from ..hdl.float.fp_mul import FpMul, FpMulSpec
from ..hdl.float.mx_dot import MxDot, MxDotSpec
from ..hdl.float.nvfp4_dot import Nvfp4Dot, Nvfp4DotSpec
from ..hdl.float.weight_fma_pe import WeightFmaPe, WeightFmaPeSpec
from ..hdl.float.wide_fma_pe import WideFmaPe, WideFmaPeSpec
from ..hdl.lut.lut_float_tile import LutFloatTile
from ..hdl.lut.lut_float_tile_spec import LutFloatTileSpec
from ..hdl.lut.lut_tile import LutTile
from ..hdl.lut.lut_tile_spec import LutTileSpec
from ..hdl.mixpe.mixpe_array import MixpeArray
from ..hdl.mixpe.mixpe_float_array import MixpeFloatArray
from ..hdl.mixpe.mixpe_float_spec import MixpeFloatArraySpec
from ..hdl.mixpe.mixpe_spec import MixpeArraySpec
from ..hdl.pe.bit_weight_pe import BitWeightPe, BitWeightPeSpec
from ..hdl.pe.carry_save_pe import CarrySavePe, CarrySavePeSpec
from ..hdl.pe.mac_pe import MacPe, MacPeSpec
from ..hdl.pe.operator_pe import OperatorPe, OperatorPeSpec
from ..hdl.share import silenced
from ..hdl.softmax.deferred_softmax import DeferredSoftmax, DeferredSoftmaxSpec
from ..hdl.softmax.softmax import Softmax
from ..hdl.softmax.softmax_spec import SoftmaxSpec
from ..hdl.spec import Spec, nearest
from ..hdl.ternary.ternary_tile import TernaryTile
from ..hdl.ternary.ternary_tile_spec import TernaryTileSpec
from ..hdl.vector.absmax import Absmax, AbsmaxSpec
from ..hdl.vector.activation import Activation, ActivationSpec
from ..hdl.vector.divide import Divide, DivideSpec
from ..hdl.vector.igelu import Igelu, IgeluSpec
from ..hdl.vector.inverse import Inverse, InverseSpec
from ..hdl.vector.norm import Norm
from ..hdl.vector.norm_spec import NormSpec
from ..hdl.vector.quantize import Quantize
from ..hdl.vector.quantize_spec import QuantizeSpec
from ..hdl.vector.requant import Requant
from ..hdl.vector.requant_spec import RequantSpec
from ..hdl.vector.shiftgelu import Shiftgelu, ShiftgeluSpec
from ..hdl.vector.sqrt import Sqrt, SqrtSpec


@dataclasses.dataclass(frozen=True)
class Unit:
    """One catalogued block."""

    name: str
    spec: type[Spec]
    component: type[wiring.Component]
    summary: str
    source: str

    def build(self, spec: Spec) -> wiring.Component:
        """Return the unit's component for a Spec."""
        return silenced(self.component(spec))

    def module_name(self, spec: Spec) -> str:
        """Return the name of the Verilog module: the unit and every parameter that is not the default."""
        return self.name + spec.suffix()


CATALOG = {
    unit.name: unit
    for unit in (
        Unit(
            "mac_array",
            MacArraySpec,
            MacArray,
            "Integer matrix engine with streams: systolic, weight-stationary, cube, tree or broadcast",
            "H. T. Kung and C. E. Leiserson, Systolic Arrays (for VLSI), 1978; Wu et al., HPCA 2025",
        ),
        Unit(
            "operator_pe",
            OperatorPeSpec,
            OperatorPe,
            "Multiply-accumulate element of Verilog's own operators",
            "textbook; for FPGAs, whose tools know DSP blocks",
        ),
        Unit(
            "mac_pe",
            MacPeSpec,
            MacPe,
            "Multiply-accumulate element: one compressor tree, one carry-propagate adder",
            "E. Swartzlander, Merged Arithmetic, 1980",
        ),
        Unit(
            "carry_save_pe",
            CarrySavePeSpec,
            CarrySavePe,
            "Multiply-accumulate element that keeps its sum in carry-save form",
            "Wu et al., OPT1, HPCA 2025",
        ),
        Unit(
            "bit_weight_pe",
            BitWeightPeSpec,
            BitWeightPe,
            "Dot-product element: the products of several lanes in one compressor tree, one adder",
            "Wu et al., OPT2, HPCA 2025",
        ),
        Unit(
            "bit_serial_pe",
            BitSerialPeSpec,
            BitSerialPe,
            "Dot-product element that takes one non-zero digit of A a cycle and lane",
            "Wu et al., OPT3, HPCA 2025",
        ),
        Unit(
            "mixpe_array",
            MixpeArraySpec,
            MixpeArray,
            "Matrix engine for weights in groups, with one scale and zero point after each group's sum",
            "Zhang et al., MixPE, 2024",
        ),
        Unit(
            "mixpe_float_array",
            MixpeFloatArraySpec,
            MixpeFloatArray,
            "Matrix engine for float activations, with a scale and zero point after each group's sum",
            "Zhang et al., MixPE, 2024",
        ),
        Unit(
            "fma_array",
            FmaArraySpec,
            FmaArray,
            "Floating-point matrix engine with streams: sums are rounded once, at the edge of the array",
            "Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024",
        ),
        Unit(
            "lut_tile",
            LutTileSpec,
            LutTile,
            "Matrix engine for weights of 1 to 8 bits that looks sums of activations up in tables",
            "Mo et al., LUT Tensor Core, ISCA 2025",
        ),
        Unit(
            "lut_float_tile",
            LutFloatTileSpec,
            LutFloatTile,
            "Matrix engine for float activations and weights of 1 to 8 bits: aligned, looked up in tables",
            "Mo et al., LUT Tensor Core, ISCA 2025",
        ),
        Unit(
            "ternary_tile",
            TernaryTileSpec,
            TernaryTile,
            "Matrix engine for weights of -1, 0 and +1, packed in 1.6 to 2 bits, that adds, subtracts, skips",
            "Zhu et al., Scalable MatMul-free Language Modeling, 2024",
        ),
        Unit(
            "bitserial_tile",
            BitserialTileSpec,
            BitserialTile,
            "Matrix engine that counts the ones of bit planes: widths chosen at run time, or planes of +-1",
            "Umuroglu et al., BISMO, FPL 2018; Ma et al., bipolar-INT, 2024",
        ),
        Unit(
            "fma_pe",
            FmaPeSpec,
            FmaPe,
            "Fused multiply-add a * b + c for any mix of float formats, exact and rounded once",
            "Montoye, Hokenek and Runyon, Design of the IBM RISC System/6000 FPU, 1990",
        ),
        Unit(
            "fp_mul",
            FpMulSpec,
            FpMul,
            "Floating-point product for any mix of float formats, exact and rounded once",
            "IEEE 754-2019",
        ),
        Unit(
            "fp_add",
            FpAddSpec,
            FpAdd,
            "Floating-point sum for any mix of float formats, exact and rounded once",
            "IEEE 754-2019",
        ),
        Unit(
            "fp_dot",
            FpDotSpec,
            FpDot,
            "Dot product of small float formats, exact in fixed point and rounded once",
            "Kulisch, Computer Arithmetic and Validity, 2008",
        ),
        Unit(
            "mx_dot",
            MxDotSpec,
            MxDot,
            "Dot product of MX blocks (fp8, fp6, fp4, int8), exact in each, added in fp32 or fixed point",
            "OCP Microscaling Formats (MX) Specification 1.0",
        ),
        Unit(
            "nvfp4_dot",
            Nvfp4DotSpec,
            Nvfp4Dot,
            "Dot product of NVFP4 blocks (fp4, fp8 scales), exact in each, added in fp32 or fixed point",
            "NVIDIA, cuDNN documentation, Block Scaling",
        ),
        Unit(
            "bfp_dot",
            BfpDotSpec,
            BfpDot,
            "Dot product of block floating point of 4 to 16 bits, exact in each block, added in fp32",
            "Drumond et al., Training DNNs with Hybrid Block Floating Point, 2018",
        ),
        Unit(
            "weight_fma_pe",
            WeightFmaPeSpec,
            WeightFmaPe,
            "Multiply-accumulate element for float activations and integer weights",
            "Zhang et al., MixPE, 2024",
        ),
        Unit(
            "wide_fma_pe",
            WideFmaPeSpec,
            WideFmaPe,
            "Multiply-accumulate element for floats whose sums are normalised exactly, or approximately",
            "Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024",
        ),
        Unit(
            "requant",
            RequantSpec,
            Requant,
            "Requantisation of streams by dyadic numbers, with bias, residual branch and activation",
            "Yao et al., HAWQ-V3: Dyadic Neural Network Quantization, 2020",
        ),
        Unit(
            "activation",
            ActivationSpec,
            Activation,
            "Activation functions of integers on a fixed grid, rounded correctly; of 11 to 16 bits faithful",
            "R. E. Bryant, Graph-Based Algorithms for Boolean Function Manipulation, 1986",
        ),
        Unit(
            "igelu",
            IgeluSpec,
            Igelu,
            "GELU of integers by a polynomial of degree two, bit for bit as I-BERT and ITA publish it",
            "Kim et al., I-BERT, ICML 2021; Islamoglu et al., ITA, ISLPED 2023",
        ),
        Unit(
            "shiftgelu",
            ShiftgeluSpec,
            Shiftgelu,
            "GELU of rows of integers by shifts and a division, bit for bit as I-ViT publishes it",
            "Li and Gu, I-ViT, ICCV 2023",
        ),
        Unit(
            "inverse",
            InverseSpec,
            Inverse,
            "Reciprocals or reciprocal square roots of integers, by a normaliser and a table",
            "M. D. Ercegovac and T. Lang, Digital Arithmetic, 2004",
        ),
        Unit(
            "divide",
            DivideSpec,
            Divide,
            "Quotients and remainders of integers, exact, some bits a cycle or pipelined",
            "M. D. Ercegovac and T. Lang, Digital Arithmetic, 2004",
        ),
        Unit(
            "sqrt",
            SqrtSpec,
            Sqrt,
            "Square roots of integers, rounded down, some bits a cycle or pipelined",
            "M. D. Ercegovac and T. Lang, Digital Arithmetic, 2004",
        ),
        Unit(
            "deferred_softmax",
            DeferredSoftmaxSpec,
            DeferredSoftmax,
            "Softmax to the base 2, not yet divided: exponentials, and the reciprocal of a row's sum",
            "Stevens et al., Softermax, DAC 2021; Nayak et al., FuseMax, MICRO 2024",
        ),
        Unit(
            "softmax",
            SoftmaxSpec,
            Softmax,
            "Softmax of rows of integers, streaming: to the base 2, or as ITA, SOLE, I-ViT or I-BERT "
            "publish it",
            "Softermax, DAC 2021; ITA, ISLPED 2023; SOLE, ICCAD 2023; I-ViT, ICCV 2023; I-BERT, ICML 2021",
        ),
        Unit(
            "attention",
            AttentionSpec,
            Attention,
            "One streaming head of integer attention: scores, base-2 exponentials, sums divided once",
            "Nayak et al., FuseMax, MICRO 2024; Rabe and Staats, 2021; Bai et al., SWAT, DAC 2024",
        ),
        Unit(
            "norm",
            NormSpec,
            Norm,
            "LayerNorm or RMSNorm of rows of integers, streaming, with sums of one pass and a table of roots",
            "Ba et al., LayerNorm, 2016; Zhang and Sennrich, RMSNorm, 2019; I-BERT, 2021; I-ViT, 2023",
        ),
        Unit(
            "quantize",
            QuantizeSpec,
            Quantize,
            "Quantisation of bf16, fp16 or fp32 streams to integers, exact and rounded once",
            "Zhu et al., Scalable MatMul-free Language Modeling, 2024",
        ),
        Unit(
            "block_quantize",
            BlockQuantizeSpec,
            BlockQuantize,
            "Streams of bf16 or fp32 numbers to blocks of MX or block floating point with their scales",
            "OCP Microscaling Formats (MX) Specification 1.0; NVIDIA, cuDNN documentation, Block Scaling",
        ),
        Unit(
            "absmax",
            AbsmaxSpec,
            Absmax,
            "Largest absolute value of every row or group of floats, and the multiplier that quantises it",
            "Zhu et al., Scalable MatMul-free Language Modeling, 2024",
        ),
    )
}


def find_unit(name: str) -> Unit:
    """Return the unit called `name`; raises UsageError that names the nearest one."""
    if name not in CATALOG:
        raise UsageError(f"there is no unit {name!r}: {nearest(name, CATALOG)}")
    return CATALOG[name]
