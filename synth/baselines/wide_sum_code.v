// A sum of wide_fma_pe, rounded once to nearest even.
module wide_sum_code #(
  parameter ACC_BITS = 20,       // the sum, as in wide_fma_pe
  parameter ACC_EXPONENT = 10,
  parameter OUT_EXPONENT = 8,
  parameter OUT_MANTISSA = 23,
  parameter CODE_TOP = 0         // its highest bit's exponent where that of the sum is 0, as float_end counts it
) (
  input  wire [ACC_BITS+ACC_EXPONENT+1:0]   word,
  output wire [OUT_EXPONENT+OUT_MANTISSA:0] code
);
  wire [1:0] flags = word[ACC_BITS+ACC_EXPONENT +: 2];
  wire [ACC_EXPONENT-1:0] exponent = word[ACC_BITS +: ACC_EXPONENT];
  wire negative = word[ACC_BITS-1];
  wire [ACC_BITS-1:0] magnitude = negative ? -word[ACC_BITS-1:0] : word[ACC_BITS-1:0];
  wire inf = ^flags;
  float_end #(.BITS(ACC_BITS), .ABOVE(OUT_MANTISSA + 2), .EXPONENT(OUT_EXPONENT), .MANTISSA(OUT_MANTISSA)) round (
    .magnitude(magnitude), .lost(1'b0), .minus(inf ? flags[1] : negative), .inf(inf), .nan(&flags),
    .ceiling($signed({1'b0, exponent}) + CODE_TOP), .random(1'b0), .code(code));
endmodule
