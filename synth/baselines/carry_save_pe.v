// The function of carry_save_pe with a resolved sum: the second word is zero.
`include "dot.v"
module carry_save_pe_baseline #(
  parameter LANES = 1,
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32,
  parameter INPUT_REG = 0
) (
  input  wire                clk,
  input  wire                en,
  input  wire                first,
  input  wire [LANES*A_BITS-1:0] a,
  input  wire [LANES*B_BITS-1:0] b,
  output wire [ACC_BITS-1:0] acc_sum,
  output wire [ACC_BITS-1:0] acc_carry
);
  dot_baseline #(LANES, A_BITS, B_BITS, A_SIGNED, B_SIGNED, ACC_BITS, 0, INPUT_REG)
    element (.clk(clk), .en(en), .first(first), .a(a), .b(b), .acc(acc_sum));
  assign acc_carry = {ACC_BITS{1'b0}};
endmodule
