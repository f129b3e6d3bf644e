// The function of weight_fma_pe, microarchitecture=significand, with Verilog's own *, +, - and shifts.
`include "float_parts.v"

module weight_fma_pe_baseline #(
  parameter EXPONENT = 8,        // the format of activations
  parameter MANTISSA = 7,
  parameter B_BITS = 4,
  parameter ACC_BITS = 20,       // significand of the accumulator
  parameter ACC_EXPONENT = 9,
  parameter OFFSET = 32          // what an activation's exponent is more there
) (
  input  wire                             clk,
  input  wire                             en,
  input  wire                             first,
  input  wire [EXPONENT+MANTISSA:0]       a,
  input  wire signed [B_BITS-1:0]         b,
  output reg  [ACC_BITS+ACC_EXPONENT+1:0] acc
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

  wire signed [ACC_BITS-1:0] kept = first ? 0 : acc[ACC_BITS-1:0];
  wire [ACC_EXPONENT-1:0] kept_exponent = first ? 0 : acc[ACC_BITS+ACC_EXPONENT-1:ACC_BITS];
  wire [1:0] kept_flags = first ? 0 : acc[ACC_BITS+ACC_EXPONENT+1:ACC_BITS+ACC_EXPONENT];

  wire larger_added = added_exponent >= kept_exponent;
  wire [ACC_EXPONENT-1:0] exponent = larger_added ? added_exponent : kept_exponent;
  wire [ACC_EXPONENT-1:0] distance = larger_added ? added_exponent - kept_exponent : kept_exponent - added_exponent;
  wire signed [ACC_BITS-1:0] larger = larger_added ? added : kept;
  wire signed [ACC_BITS:0] smaller = larger_added ? {kept, 1'b0} : {added, 1'b0};
  // The last bit that is shifted out is added: it rounds half up.
  wire signed [ACC_BITS:0] shifted = smaller >>> distance;
  wire signed [ACC_BITS:0] aligned = $signed(shifted[ACC_BITS:1]) + $signed({1'b0, shifted[0]});
  wire signed [ACC_BITS:0] total = larger + aligned;

  integer i;
  reg [5:0] repeated;
  always @* begin
    repeated = ACC_BITS;
    for (i = 0; i < ACC_BITS; i = i + 1)
      if (total[i] != total[i+1]) repeated = ACC_BITS - 1 - i;
  end
  wire [ACC_BITS:0] normalised = total << repeated;
  wire [ACC_EXPONENT-1:0] lowered = total == 0 ? 0 : exponent + 1 - repeated;
  wire [1:0] flags = kept_flags | {invalid || (inf && minus), invalid || (inf && !minus)};
  always @(posedge clk) if (en) acc <= {flags, lowered, normalised[ACC_BITS:1]};
endmodule
