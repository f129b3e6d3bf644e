// The function of mixpe_float_array, float scales and os, with every weight dequantised before the product.
`include "float_parts.v"
`include "dequantised_frame.v"

// (weight - zero) * scale, rounded to nearest even to the format of the activations, in which wide weights are.
// scale: zero and scale, from the high bits down.
module dequantise_baseline #(
  parameter B_BITS = 4,
  parameter B_EXPONENT = 8,   // scales
  parameter B_MANTISSA = 7,
  parameter EXPONENT = 8,     // wide weights
  parameter MANTISSA = 7
) (
  input  wire                                       clk,
  input  wire                                       en,
  input  wire [B_BITS-1:0]                          weight,
  input  wire [B_BITS+B_EXPONENT+B_MANTISSA:0]      scale,
  output reg  [EXPONENT+MANTISSA:0]                 wide
);
  localparam BITS = B_BITS + B_MANTISSA + 1;
  // What an exponent of scales is in wide weights, and where a product's highest bit is.
  localparam signed [12:0] PLACE = (1 << EXPONENT >> 1) - (1 << B_EXPONENT >> 1) + B_BITS;
  wire minus, zero, inf, nan;
  wire [8:0] exponent;
  wire [B_MANTISSA:0] significand;
  float_unpack #(B_EXPONENT, B_MANTISSA) unpack (
    scale[B_EXPONENT+B_MANTISSA:0], minus, exponent, significand, zero, inf, nan);
  wire [B_BITS:0] centred = {1'b0, weight} - {1'b0, scale[B_EXPONENT+B_MANTISSA+1 +: B_BITS]};
  wire [B_BITS-1:0] size = centred[B_BITS] ? -centred : centred;
  reg [BITS-1:0] product;
  reg signed [12:0] ceiling;
  reg product_minus, product_inf, product_nan;
  wire [EXPONENT+MANTISSA:0] rounded;
  float_end #(.BITS(BITS), .EXPONENT(EXPONENT), .MANTISSA(MANTISSA)) rounding (
    product, 1'b0, product_minus, product_inf, product_nan, ceiling, 1'b0, rounded);
  always @(posedge clk)
    if (en) begin
      product <= size * significand;
      ceiling <= $signed({4'd0, exponent}) + PLACE;
      product_minus <= minus ^ centred[B_BITS];
      product_inf <= inf;
      product_nan <= nan || (inf && size == 0);
      wide <= rounded;
    end
endmodule

module dequantised_float_weights_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter B_BITS = 4,
  parameter GROUP = 128,
  parameter EXPONENT = 8,     // activations and wide weights
  parameter MANTISSA = 7,
  parameter B_EXPONENT = 8,   // scales
  parameter B_MANTISSA = 7,
  parameter OUT_EXPONENT = 8,
  parameter OUT_MANTISSA = 23,
  parameter A_BITS = EXPONENT + MANTISSA + 1,
  parameter WEIGHT_BITS = A_BITS,
  parameter FACTOR_BITS = B_EXPONENT + B_MANTISSA + 1,
  parameter SCALE_BITS = B_BITS + FACTOR_BITS,
  parameter OUT_BITS = OUT_EXPONENT + OUT_MANTISSA + 1
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
  input  wire [COLS*FACTOR_BITS-1:0] s_axis_s_tscale,
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
        s_axis_s_tzero[j*B_BITS +: B_BITS], s_axis_s_tscale[j*FACTOR_BITS +: FACTOR_BITS]};
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
