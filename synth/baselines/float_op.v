// The function of fma_pe, fp_mul and fp_add with Verilog's own operators. Lines that end in "only with" or "only
// without" a parameter are left out where it is 0, or where it is not.
`include "float_parts.v"
`include "float_sum.v"

module float_op_baseline #(
  parameter MULTIPLIES = 1,     // y = a * b
  parameter ADDS = 1,           // y = a + b; with both y = a * b + c
  parameter A_EXPONENT = 8,       // formats, as in float_unpack
  parameter A_MANTISSA = 7,
  parameter A_SPECIAL = 0,
  parameter A_SIGNED = 1,
  parameter A_ZERO = 1,
  parameter A_FLUSH = 0,
  parameter B_EXPONENT = 8,
  parameter B_MANTISSA = 7,
  parameter B_SPECIAL = 0,
  parameter B_SIGNED = 1,
  parameter B_ZERO = 1,
  parameter B_FLUSH = 0,
  parameter C_EXPONENT = 8,
  parameter C_MANTISSA = 7,
  parameter C_SPECIAL = 0,
  parameter C_SIGNED = 1,
  parameter C_ZERO = 1,
  parameter C_FLUSH = 0,
  parameter OUT_EXPONENT = 8,     // the rest as in float_end
  parameter OUT_MANTISSA = 7,
  parameter OUT_SPECIAL = 0,
  parameter OUT_SIGNED = 1,
  parameter OUT_ZERO = 1,
  parameter OUT_OVERFLOW = 0,
  parameter OUT_FLUSH = 0,
  parameter ROUNDING = 0,
  parameter RANDOM = 0,           // bits of the random operand
  parameter TERM_TOP = 0,         // exponents, counted as results' are, where the fields are 0
  parameter NUMBER_TOP = 0,
  parameter LOW = 2,              // as in float_sum
  parameter LEFTMOST = 18,
  parameter YIELDS = 0,
  parameter HEADROOM = 0,         // zeros in front, for results below the smallest normal number
  parameter PIPELINE = 1
) (
  input  wire clk,
  input  wire rst,
  input  wire [A_SIGNED+A_EXPONENT+A_MANTISSA-1:0] s_axis_x_ta,
  input  wire [B_SIGNED+B_EXPONENT+B_MANTISSA-1:0] s_axis_x_tb,
  input  wire [C_SIGNED+C_EXPONENT+C_MANTISSA-1:0] s_axis_x_tc,  // only with FUSED
  input  wire [RANDOM-1:0] s_axis_x_trandom,  // only with RANDOM
  input  wire s_axis_x_tvalid,
  output wire s_axis_x_tready,
  output wire [OUT_SIGNED+OUT_EXPONENT+OUT_MANTISSA-1:0] m_axis_y_tdata,
  output wire m_axis_y_tvalid,
  input  wire m_axis_y_tready
);
  localparam FUSED = MULTIPLIES && ADDS;
  localparam TERM_BITS = MULTIPLIES ? A_MANTISSA + B_MANTISSA + 2 : A_MANTISSA + 1;
  localparam NUMBER_BITS = (FUSED ? C_MANTISSA : B_MANTISSA) + 1;
  localparam BITS = ADDS ? LOW + LEFTMOST + NUMBER_BITS : TERM_BITS;
  localparam OUT_BITS = OUT_SIGNED + OUT_EXPONENT + OUT_MANTISSA;
  localparam RANDOM_BITS = RANDOM > 0 ? RANDOM : 1;
  localparam STAGED = PIPELINE > 1;

  wire [RANDOM_BITS-1:0] random = s_axis_x_trandom;  // only with RANDOM
  wire [RANDOM_BITS-1:0] random = 0;  // only without RANDOM
  wire a_sign, a_zero, a_inf, a_nan;
  wire [8:0] a_exponent;
  wire [A_MANTISSA:0] a_significand;
  float_unpack #(A_EXPONENT, A_MANTISSA, A_SPECIAL, A_SIGNED, A_ZERO, A_FLUSH) unpack_a (
    s_axis_x_ta, a_sign, a_exponent, a_significand, a_zero, a_inf, a_nan);
  wire b_sign, b_zero, b_inf, b_nan;
  wire [8:0] b_exponent;
  wire [B_MANTISSA:0] b_significand;
  float_unpack #(B_EXPONENT, B_MANTISSA, B_SPECIAL, B_SIGNED, B_ZERO, B_FLUSH) unpack_b (
    s_axis_x_tb, b_sign, b_exponent, b_significand, b_zero, b_inf, b_nan);
  wire c_sign, c_zero, c_inf, c_nan;  // only with FUSED
  wire [8:0] c_exponent;  // only with FUSED
  wire [C_MANTISSA:0] c_significand;  // only with FUSED
  float_unpack #(C_EXPONENT, C_MANTISSA, C_SPECIAL, C_SIGNED, C_ZERO, C_FLUSH) unpack_c (  // only with FUSED
    s_axis_x_tc, c_sign, c_exponent, c_significand, c_zero, c_inf, c_nan);  // only with FUSED

  // The term: a product, or a.
  wire term_zero = a_zero || (MULTIPLIES && b_zero);
  wire term_inf = a_inf || (MULTIPLIES && b_inf);
  wire term_nan = a_nan || (MULTIPLIES && (b_nan || (term_inf && term_zero)));
  wire term_sign = a_sign ^ (MULTIPLIES && b_sign);
  wire [9:0] term_exponent = a_exponent + (MULTIPLIES ? b_exponent : 0);
  wire [TERM_BITS-1:0] term = a_significand * b_significand;  // only with MULTIPLIES
  wire [TERM_BITS-1:0] term = a_significand;  // only without MULTIPLIES

  wire [BITS-1:0] magnitude;
  wire lost, minus, inf, nan;
  wire signed [12:0] ceiling;
  float_sum #(TERM_BITS, NUMBER_BITS, LOW, LEFTMOST, YIELDS, TERM_TOP, NUMBER_TOP) sum (  // only with ADDS
    term, term_sign, term_exponent, term_zero, term_inf, term_nan,  // only with ADDS
    c_significand, c_sign, c_exponent, c_zero, c_inf, c_nan,  // only with FUSED
    b_significand, b_sign, b_exponent, b_zero, b_inf, b_nan,  // only with SIMPLE_SUM
    magnitude, lost, minus, inf, nan, ceiling);  // only with ADDS
  assign {magnitude, lost, minus, inf, nan} = {term, 1'b0, term_sign, term_inf, term_nan};  // only without ADDS
  assign ceiling = $signed({3'd0, term_exponent}) + TERM_TOP;  // only without ADDS

  // Of more than one register the first stands here, the others behind the result.
  wire [BITS+RANDOM_BITS+16:0] direct = {magnitude, random, lost, minus, inf, nan, ceiling};
  reg [BITS+RANDOM_BITS+16:0] staged;
  always @(posedge clk) if (s_axis_x_tready) staged <= direct;
  wire [BITS+RANDOM_BITS+16:0] ended = STAGED ? staged : direct;
  wire [OUT_BITS-1:0] result;
  float_end #(BITS, HEADROOM, OUT_EXPONENT, OUT_MANTISSA, OUT_SPECIAL, OUT_SIGNED, OUT_ZERO, OUT_OVERFLOW, OUT_FLUSH,
              ROUNDING, RANDOM_BITS) finish (
    .magnitude(ended[RANDOM_BITS+17 +: BITS]), .random(ended[17 +: RANDOM_BITS]), .lost(ended[16]),
    .minus(ended[15]), .inf(ended[14]), .nan(ended[13]), .ceiling(ended[12:0]), .code(result));
  float_stream #(OUT_BITS, PIPELINE - STAGED, PIPELINE) stream (
    clk, rst, s_axis_x_tvalid, s_axis_x_tready, result, m_axis_y_tdata, m_axis_y_tvalid, m_axis_y_tready);
endmodule
