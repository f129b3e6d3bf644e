// The function of mac_pe, written with Verilog's own `*` and `+`.
module mac_pe_baseline #(
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32,
  parameter SATURATE = 0,   // clip at the ends of the range instead of wrapping
  parameter INPUT_REG = 0   // register the operands
) (
  input  wire                clk,
  input  wire                en,
  input  wire                first,
  input  wire [A_BITS-1:0]   a,
  input  wire [B_BITS-1:0]   b,
  output reg  [ACC_BITS-1:0] acc
);
  localparam SIGNED = A_SIGNED || B_SIGNED;
  localparam SUM_BITS = (ACC_BITS > A_BITS + B_BITS ? ACC_BITS : A_BITS + B_BITS) + 2;

  wire              first_now;
  wire [A_BITS-1:0] a_now;
  wire [B_BITS-1:0] b_now;

  generate
    if (INPUT_REG) begin : registered
      reg              first_reg;
      reg [A_BITS-1:0] a_reg;
      reg [B_BITS-1:0] b_reg;
      always @(posedge clk)
        if (en) begin
          first_reg <= first;
          a_reg <= a;
          b_reg <= b;
        end
      assign first_now = first_reg;
      assign a_now = a_reg;
      assign b_now = b_reg;
    end else begin : direct
      assign first_now = first;
      assign a_now = a;
      assign b_now = b;
    end
  endgenerate

  // One more bit makes any operand a signed one.
  wire signed [A_BITS:0] a_ext = {A_SIGNED ? a_now[A_BITS-1] : 1'b0, a_now};
  wire signed [B_BITS:0] b_ext = {B_SIGNED ? b_now[B_BITS-1] : 1'b0, b_now};
  wire signed [ACC_BITS:0] acc_ext = {SIGNED ? acc[ACC_BITS-1] : 1'b0, acc};
  wire signed [ACC_BITS:0] addend = first_now ? {(ACC_BITS+1){1'b0}} : acc_ext;
  wire signed [SUM_BITS-1:0] product = a_ext * b_ext;
  wire signed [SUM_BITS-1:0] sum = addend + product;

  generate
    if (SATURATE) begin : saturate
      localparam [ACC_BITS-1:0] ONES = {ACC_BITS{1'b1}};
      localparam [ACC_BITS-1:0] LOW = SIGNED ? ~(ONES >> 1) : {ACC_BITS{1'b0}};
      localparam [ACC_BITS-1:0] HIGH = SIGNED ? ONES >> 1 : ONES;
      wire signed [SUM_BITS-1:0] low = SIGNED ? $signed(LOW) : $signed({1'b0, LOW});
      wire signed [SUM_BITS-1:0] high = $signed({1'b0, HIGH});
      always @(posedge clk)
        if (en) acc <= sum > high ? HIGH : sum < low ? LOW : sum[ACC_BITS-1:0];
    end else begin : wrap
      always @(posedge clk)
        if (en) acc <= sum[ACC_BITS-1:0];
    end
  endgenerate
endmodule
