// The function of mixpe_array, dyadic scales and os, with every weight dequantised before the product.
`include "dequantised_frame.v"

// (weight - zero) * mult / 2**shift, rounded to WEIGHT_BITS. scale: zero, shift and mult, from the high bits down.
module dequantise_baseline #(
  parameter B_BITS = 4,
  parameter FACTOR_BITS = 8,
  parameter SHIFT_BITS = 5,
  parameter WEIGHT_BITS = 16
) (
  input  wire                                      clk,
  input  wire                                      en,
  input  wire [B_BITS-1:0]                         weight,
  input  wire [B_BITS+SHIFT_BITS+FACTOR_BITS-1:0]  scale,
  output reg  [WEIGHT_BITS-1:0]                    wide
);
  localparam PRODUCT_BITS = B_BITS + FACTOR_BITS + 2;
  wire signed [B_BITS:0] centred = {1'b0, weight} - {1'b0, scale[FACTOR_BITS+SHIFT_BITS +: B_BITS]};
  wire signed [FACTOR_BITS:0] factor = {1'b0, scale[FACTOR_BITS-1:0]};
  wire signed [PRODUCT_BITS-1:0] product = centred * factor;
  reg [PRODUCT_BITS-1:0] scaled;
  reg [SHIFT_BITS-1:0] shift;
  // Half up: the bit below the point is added.
  wire signed [PRODUCT_BITS:0] doubled = {scaled, 1'b0};
  wire signed [PRODUCT_BITS:0] shifted = doubled >>> shift;
  wire signed [PRODUCT_BITS:0] rounded = (shifted >>> 1) + $signed({1'b0, shifted[0]});
  always @(posedge clk)
    if (en) begin
      scaled <= product;
      shift <= scale[FACTOR_BITS +: SHIFT_BITS];
      wide <= rounded;
    end
endmodule

module dequantised_weights_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter A_BITS = 8,
  parameter B_BITS = 4,
  parameter GROUP = 128,
  parameter FACTOR_BITS = 8,
  parameter SHIFT_BITS = 5,
  parameter WEIGHT_BITS = 16,
  parameter OUT_BITS = 32,
  parameter SCALE_BITS = B_BITS + SHIFT_BITS + FACTOR_BITS
) (
  input  wire                        clk,
  input  wire                        rst,
  input  wire [ROWS*A_BITS-1:0]      s_axis_a_tdata,
  input  wire                        s_axis_a_tlast,
  input  wire                        s_axis_a_tvalid,
  output wire                        s_axis_a_tready,
  input  wire [COLS*B_BITS-1:0]      s_axis_b_tdata,
  input  wire                        s_axis_b_tlast,
  input  wire                        s_axis_b_tvalid,
  output wire                        s_axis_b_tready,
  input  wire [COLS*FACTOR_BITS-1:0] s_axis_s_tmult,
  input  wire [COLS*SHIFT_BITS-1:0]  s_axis_s_tshift,
  input  wire [COLS*B_BITS-1:0]      s_axis_s_tzero,
  input  wire                        s_axis_s_tvalid,
  output wire                        s_axis_s_tready,
  output wire [COLS*OUT_BITS-1:0]    m_axis_c_tdata,
  output wire                        m_axis_c_tlast,
  output wire                        m_axis_c_tvalid,
  input  wire                        m_axis_c_tready,
  output wire                        last_mismatch
);
  wire [COLS*SCALE_BITS-1:0] scales;
  genvar j;
  generate
    for (j = 0; j < COLS; j = j + 1) begin : column
      assign scales[j*SCALE_BITS +: SCALE_BITS] = {
        s_axis_s_tzero[j*B_BITS +: B_BITS], s_axis_s_tshift[j*SHIFT_BITS +: SHIFT_BITS],
        s_axis_s_tmult[j*FACTOR_BITS +: FACTOR_BITS]};
    end
  endgenerate
  dequantised_frame #(ROWS, COLS, A_BITS, B_BITS, GROUP, SCALE_BITS, WEIGHT_BITS, OUT_BITS) frame (
    .clk(clk), .rst(rst), .a(s_axis_a_tdata), .a_last(s_axis_a_tlast), .a_valid(s_axis_a_tvalid),
    .a_ready(s_axis_a_tready), .b(s_axis_b_tdata), .b_last(s_axis_b_tlast), .b_valid(s_axis_b_tvalid),
    .b_ready(s_axis_b_tready), .s(scales), .s_valid(s_axis_s_tvalid), .s_ready(s_axis_s_tready),
    .c(m_axis_c_tdata), .c_last(m_axis_c_tlast), .c_valid(m_axis_c_tvalid), .c_ready(m_axis_c_tready),
    .last_mismatch(last_mismatch)
  );
endmodule
