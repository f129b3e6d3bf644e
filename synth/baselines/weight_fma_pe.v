// The function of weight_fma_pe, microarchitecture=significand, with Verilog's own *, +, - and shifts.
`include "float_parts.v"
`include "float_step.v"

// old + a * b: a step of the element.
module weight_fma_sum #(
  parameter EXPONENT = 8,        // the format of activations
  parameter MANTISSA = 7,
  parameter B_BITS = 4,
  parameter ACC_BITS = 20,       // significand of the accumulator
  parameter ACC_EXPONENT = 9,
  parameter OFFSET = 32          // what an activation's exponent is more there
) (
  input  wire [EXPONENT+MANTISSA:0]       a,
  input  wire signed [B_BITS-1:0]         b,
  input  wire [ACC_BITS+ACC_EXPONENT+1:0] old,
  output wire [ACC_BITS+ACC_EXPONENT+1:0] total
);
  wire sign, zero, inf, nan;
  wire [8:0] field;
  wire [MANTISSA:0] significand;
  float_unpack #(EXPONENT, MANTISSA) number (.code(a), .sign(sign), .exponent(field), .significand(significand),
                                             .zero(zero), .inf(inf), .nan(nan));
  localparam BELOW = ACC_BITS - MANTISSA - 1 - B_BITS;
  wire signed [MANTISSA+1:0] value = sign ? -$signed({1'b0, significand}) : $signed({1'b0, significand});
  wire signed [MANTISSA+B_BITS:0] product = value * b;
  wire signed [ACC_BITS-1:0] added = {product, {BELOW{1'b0}}};
  wire [ACC_EXPONENT-1:0] added_exponent = product == 0 ? 0 : field + OFFSET;
  wire invalid = nan || (inf && b == 0);
  wire minus = sign ^ b[B_BITS-1];

  wire [1:0] flags = {invalid || (inf && minus), invalid || (inf && !minus)};
  float_step #(ACC_BITS, ACC_EXPONENT) add (.x({flags, added_exponent, added}), .y(old), .sum(total));
endmodule

module weight_fma_pe_baseline #(
  parameter EXPONENT = 8,        // as in weight_fma_sum
  parameter MANTISSA = 7,
  parameter B_BITS = 4,
  parameter ACC_BITS = 20,
  parameter ACC_EXPONENT = 9,
  parameter OFFSET = 32,
  parameter DIGITS = 0,          // b comes in so many signed digits, if any
  parameter WORD = 4,            // width of b as it comes
  parameter STAGES = 2           // width of a digit's shift
) (
  input  wire                             clk,
  input  wire                             en,
  input  wire                             first,
  input  wire [EXPONENT+MANTISSA:0]       a,
  input  wire [WORD-1:0]                  b,
  output reg  [ACC_BITS+ACC_EXPONENT+1:0] acc
);
  wire signed [B_BITS-1:0] weight = b;    // only without DIGITS
  reg signed [B_BITS-1:0] weight;         // only with DIGITS
  integer i;                              // only with DIGITS
  always @* begin                         // only with DIGITS
    weight = 0;                           // only with DIGITS
    for (i = 0; i < DIGITS; i = i + 1)    // only with DIGITS
      if (b[i*(STAGES+2)]) weight = weight + ((b[i*(STAGES+2)+1] ? -1 : 1) <<< b[i*(STAGES+2)+2 +: STAGES]); // only with DIGITS
  end                                     // only with DIGITS
  wire [ACC_BITS+ACC_EXPONENT+1:0] total;
  weight_fma_sum #(EXPONENT, MANTISSA, B_BITS, ACC_BITS, ACC_EXPONENT, OFFSET)
    step (.a(a), .b(weight), .old(first ? 0 : acc), .total(total));
  always @(posedge clk) if (en) acc <= total;
endmodule
