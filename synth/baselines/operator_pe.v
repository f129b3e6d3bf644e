// The function of operator_pe, which is that of mac_pe.
`include "mac_pe.v"
module operator_pe_baseline #(
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32,
  parameter SATURATE = 0,
  parameter INPUT_REG = 0
) (
  input  wire                clk,
  input  wire                en,
  input  wire                first,
  input  wire [A_BITS-1:0]   a,
  input  wire [B_BITS-1:0]   b,
  output wire [ACC_BITS-1:0] acc
);
  mac_pe_baseline #(A_BITS, B_BITS, A_SIGNED, B_SIGNED, ACC_BITS, SATURATE, INPUT_REG)
    element (.clk(clk), .en(en), .first(first), .a(a), .b(b), .acc(acc));
endmodule
