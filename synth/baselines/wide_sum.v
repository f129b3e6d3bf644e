// One step of the wide accumulator, with Verilog's own operators: words of significand, exponent and two flags.
module wide_sum #(
  parameter ACC_BITS = 20,
  parameter ACC_EXPONENT = 9
) (
  input  wire [ACC_BITS+ACC_EXPONENT+1:0] x,
  input  wire [ACC_BITS+ACC_EXPONENT+1:0] y,
  output wire [ACC_BITS+ACC_EXPONENT+1:0] total
);
  wire signed [ACC_BITS-1:0] x_part = x[ACC_BITS-1:0];
  wire signed [ACC_BITS-1:0] y_part = y[ACC_BITS-1:0];
  wire [ACC_EXPONENT-1:0] x_exponent = x[ACC_BITS+ACC_EXPONENT-1:ACC_BITS];
  wire [ACC_EXPONENT-1:0] y_exponent = y[ACC_BITS+ACC_EXPONENT-1:ACC_BITS];
  wire larger_x = x_exponent >= y_exponent;
  wire [ACC_EXPONENT-1:0] exponent = larger_x ? x_exponent : y_exponent;
  wire [ACC_EXPONENT-1:0] distance = larger_x ? x_exponent - y_exponent : y_exponent - x_exponent;
  wire signed [ACC_BITS-1:0] larger = larger_x ? x_part : y_part;
  wire signed [ACC_BITS:0] smaller = larger_x ? {y_part, 1'b0} : {x_part, 1'b0};
  // The last bit that is shifted out is added: it rounds half up.
  wire signed [ACC_BITS:0] shifted = smaller >>> distance;
  wire signed [ACC_BITS:0] aligned = $signed(shifted[ACC_BITS:1]) + $signed({1'b0, shifted[0]});
  wire signed [ACC_BITS:0] sum = larger + aligned;

  integer i;
  reg [5:0] repeated;
  always @* begin
    repeated = ACC_BITS;
    for (i = 0; i < ACC_BITS; i = i + 1)
      if (sum[i] != sum[i+1]) repeated = ACC_BITS - 1 - i;
  end
  wire [ACC_BITS:0] normalised = sum << repeated;
  wire [ACC_EXPONENT-1:0] lowered = sum == 0 ? 0 : exponent + 1 - repeated;
  wire [1:0] flags = x[ACC_BITS+ACC_EXPONENT+1:ACC_BITS+ACC_EXPONENT] | y[ACC_BITS+ACC_EXPONENT+1:ACC_BITS+ACC_EXPONENT];
  assign total = {flags, lowered, normalised[ACC_BITS:1]};
endmodule
