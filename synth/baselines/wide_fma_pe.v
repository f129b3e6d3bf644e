// The function of wide_fma_pe with Verilog's own *, +, - and shifts.
`include "float_parts.v"
`include "float_step.v"

// old + a * b: a step of the element.
module wide_fma_sum #(
  parameter A_EXPONENT = 8,      // the formats
  parameter A_MANTISSA = 7,
  parameter A_SPECIAL = 0,
  parameter A_SIGNED = 1,
  parameter A_ZERO = 1,
  parameter B_EXPONENT = 8,
  parameter B_MANTISSA = 7,
  parameter B_SPECIAL = 0,
  parameter B_SIGNED = 1,
  parameter B_ZERO = 1,
  parameter ACC_BITS = 20,       // significand of the accumulator
  parameter ACC_EXPONENT = 10,
  parameter OFFSET = 32,         // what both exponents together are more there
  parameter NORMALISE = 0,       // as in float_step
  parameter AN_K = 1,
  parameter AN_LAMBDA = 2,
  parameter MULTIPLIER = 0,      // 0 multiplies, 1 to 3 add mantissas as golden.lmul.KINDS
  parameter FRACTION = 14,       // bits of the product below 1
  parameter ADDED = 0,           // to a sum of mantissas, in units of its lowest bit
  parameter PRODUCT_BITS = 17
) (
  input  wire [A_SIGNED+A_EXPONENT+A_MANTISSA-1:0] a,
  input  wire [B_SIGNED+B_EXPONENT+B_MANTISSA-1:0] b,
  input  wire [ACC_BITS+ACC_EXPONENT+1:0]          old,
  output wire [ACC_BITS+ACC_EXPONENT+1:0]          total
);
  wire a_sign, a_inf, a_nan, b_sign, b_inf, b_nan;
  wire [8:0] a_field, b_field;
  wire [A_MANTISSA:0] a_significand;
  wire [B_MANTISSA:0] b_significand;
  float_unpack #(A_EXPONENT, A_MANTISSA, A_SPECIAL, A_SIGNED, A_ZERO) unpack_a (.code(a), .sign(a_sign),
    .exponent(a_field), .significand(a_significand), .zero(), .inf(a_inf), .nan(a_nan));
  float_unpack #(B_EXPONENT, B_MANTISSA, B_SPECIAL, B_SIGNED, B_ZERO) unpack_b (.code(b), .sign(b_sign),
    .exponent(b_field), .significand(b_significand), .zero(), .inf(b_inf), .nan(b_nan));
  wire [PRODUCT_BITS-1:0] size;
  wire [1:0] carry;
  generate
    if (MULTIPLIER == 0) begin : multiplied
      assign size = a_significand * b_significand;
      assign carry = 0;
    end else begin : summed
      wire normal = a_significand[A_MANTISSA] && b_significand[B_MANTISSA];
      wire [FRACTION+2:0] mantissas = (a_significand << (FRACTION - A_MANTISSA))
                                    + (b_significand << (FRACTION - B_MANTISSA)) - (2 << FRACTION) + ADDED;
      wire [FRACTION+2:0] significand = MULTIPLIER == 1 ? mantissas + (1 << FRACTION)
                                      : mantissas & ((1 << FRACTION) - 1) | 1 << FRACTION;
      assign size = normal ? significand : 0;
      assign carry = MULTIPLIER == 1 ? 0 : mantissas >> FRACTION;
    end
  endgenerate
  wire minus = a_sign ^ b_sign;
  wire [PRODUCT_BITS-1:0] product = minus ? -size : size;
  wire [ACC_BITS-1:0] added = product << (ACC_BITS - PRODUCT_BITS);
  wire [ACC_EXPONENT-1:0] added_exponent = size == 0 ? 0 : a_field + b_field + carry + OFFSET;
  wire inf = a_inf || b_inf;
  wire invalid = a_nan || b_nan || (inf && size == 0);

  wire [1:0] flags = {invalid || (inf && minus), invalid || (inf && !minus)};
  float_step #(ACC_BITS, ACC_EXPONENT, NORMALISE, AN_K, AN_LAMBDA)
    add (.x({flags, added_exponent, added}), .y(old), .sum(total));
endmodule

module wide_fma_pe_baseline #(
  parameter A_EXPONENT = 8,      // as in wide_fma_sum
  parameter A_MANTISSA = 7,
  parameter A_SIGNED = 1,
  parameter B_EXPONENT = 8,
  parameter B_MANTISSA = 7,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 20,
  parameter ACC_EXPONENT = 10
) (
  input  wire                                      clk,
  input  wire                                      en,
  input  wire                                      first,
  input  wire [A_SIGNED+A_EXPONENT+A_MANTISSA-1:0] a,
  input  wire [B_SIGNED+B_EXPONENT+B_MANTISSA-1:0] b,
  output reg  [ACC_BITS+ACC_EXPONENT+1:0]          acc
);
  wire [ACC_BITS+ACC_EXPONENT+1:0] total;
  wide_fma_sum step (.a(a), .b(b), .old(first ? 0 : acc), .total(total));
  always @(posedge clk) if (en) acc <= total;
endmodule
