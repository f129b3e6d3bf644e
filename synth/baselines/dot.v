// A multiply-accumulate element of one or more lanes, written with Verilog's own `*` and `+`.
module dot_sum #(
  parameter LANES = 1,
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32,
  parameter SATURATE = 0    // clip at the ends of the range instead of wrapping
) (
  input  wire                    first,
  input  wire [LANES*A_BITS-1:0] a,
  input  wire [LANES*B_BITS-1:0] b,
  input  wire [ACC_BITS-1:0]     old,
  output wire [ACC_BITS-1:0]     total
);
  localparam SIGNED = A_SIGNED || B_SIGNED;
  // Four more bits hold the sum of up to 16 products, two more the accumulator and a sign.
  localparam DOT_BITS = A_BITS + B_BITS + (LANES > 16 ? 8 : LANES > 1 ? 4 : 0);
  localparam SUM_BITS = (ACC_BITS > DOT_BITS ? ACC_BITS : DOT_BITS) + 2;

  reg signed [A_BITS:0] a_ext;
  reg signed [B_BITS:0] b_ext;
  reg signed [SUM_BITS-1:0] dot;
  integer lane;
  always @* begin
    dot = 0;
    for (lane = 0; lane < LANES; lane = lane + 1) begin
      // One more bit makes any operand a signed one.
      a_ext = {A_SIGNED ? a[lane*A_BITS+A_BITS-1] : 1'b0, a[lane*A_BITS +: A_BITS]};
      b_ext = {B_SIGNED ? b[lane*B_BITS+B_BITS-1] : 1'b0, b[lane*B_BITS +: B_BITS]};
      dot = dot + a_ext * b_ext;
    end
  end

  wire signed [ACC_BITS:0] old_ext = {SIGNED ? old[ACC_BITS-1] : 1'b0, old};
  wire signed [ACC_BITS:0] addend = first ? {(ACC_BITS+1){1'b0}} : old_ext;
  wire signed [SUM_BITS-1:0] sum = addend + dot;

  generate
    if (SATURATE) begin : saturate
      localparam [ACC_BITS-1:0] ONES = {ACC_BITS{1'b1}};
      localparam [ACC_BITS-1:0] LOW = SIGNED ? ~(ONES >> 1) : {ACC_BITS{1'b0}};
      localparam [ACC_BITS-1:0] HIGH = SIGNED ? ONES >> 1 : ONES;
      wire signed [SUM_BITS-1:0] low = SIGNED ? $signed(LOW) : $signed({1'b0, LOW});
      wire signed [SUM_BITS-1:0] high = $signed({1'b0, HIGH});
      assign total = sum > high ? HIGH : sum < low ? LOW : sum[ACC_BITS-1:0];
    end else begin : wrap
      assign total = sum[ACC_BITS-1:0];
    end
  endgenerate
endmodule

module dot_baseline #(
  parameter LANES = 1,
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32,
  parameter SATURATE = 0,
  parameter INPUT_REG = 0   // register the operands
) (
  input  wire                    clk,
  input  wire                    en,
  input  wire                    first,
  input  wire [LANES*A_BITS-1:0] a,
  input  wire [LANES*B_BITS-1:0] b,
  output reg  [ACC_BITS-1:0]     acc
);
  wire                    first_now;
  wire [LANES*A_BITS-1:0] a_now;
  wire [LANES*B_BITS-1:0] b_now;

  generate
    if (INPUT_REG) begin : registered
      reg                    first_reg;
      reg [LANES*A_BITS-1:0] a_reg;
      reg [LANES*B_BITS-1:0] b_reg;
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

  wire [ACC_BITS-1:0] total;
  dot_sum #(
    .LANES(LANES), .A_BITS(A_BITS), .B_BITS(B_BITS), .A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED),
    .ACC_BITS(ACC_BITS), .SATURATE(SATURATE)
  ) adder (.first(first_now), .a(a_now), .b(b_now), .old(acc), .total(total));
  always @(posedge clk)
    if (en) acc <= total;
endmodule
