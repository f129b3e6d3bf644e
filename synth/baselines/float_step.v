// A step of the wide accumulator: words are {flags, exponent, significand}, as golden.float_accumulate has them.
module float_step #(
  parameter ACC_BITS = 20,       // significand
  parameter ACC_EXPONENT = 9,
  parameter NORMALISE = 0,       // 0 exactly, 1 by two groups, 2 not to the left
  parameter AN_K = 1,            // bits of the groups
  parameter AN_LAMBDA = 2
) (
  input  wire [ACC_BITS+ACC_EXPONENT+1:0] x,
  input  wire [ACC_BITS+ACC_EXPONENT+1:0] y,
  output wire [ACC_BITS+ACC_EXPONENT+1:0] sum
);
  wire signed [ACC_BITS-1:0] added = x[ACC_BITS-1:0];
  wire [ACC_EXPONENT-1:0] added_exponent = x[ACC_BITS+ACC_EXPONENT-1:ACC_BITS];
  wire signed [ACC_BITS-1:0] kept = y[ACC_BITS-1:0];
  wire [ACC_EXPONENT-1:0] kept_exponent = y[ACC_BITS+ACC_EXPONENT-1:ACC_BITS];
  wire [1:0] flags = x[ACC_BITS+ACC_EXPONENT+1:ACC_BITS+ACC_EXPONENT] | y[ACC_BITS+ACC_EXPONENT+1:ACC_BITS+ACC_EXPONENT];

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
    if (NORMALISE && repeated != 0)
      repeated = NORMALISE == 2 || repeated <= AN_K ? 1
               : repeated <= AN_K + AN_LAMBDA ? 1 + AN_K : 1 + AN_K + AN_LAMBDA;
  end
  wire [ACC_BITS:0] normalised = total << repeated;
  wire [ACC_EXPONENT-1:0] lowered = total == 0 ? 0 : exponent + 1 - repeated;
  assign sum = {flags, lowered, normalised[ACC_BITS:1]};
endmodule
