// The function of mixpe_array, dyadic scales and os, with every weight dequantised before the product.
// (weight - zero) * mult / 2**shift is rounded to WEIGHT_BITS and goes into an engine for such weights, `engine`,
// which adds over the whole K. Scale and zero point of a group stay on their stream while its weights come.
module dequantised_weights_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter A_BITS = 8,
  parameter B_BITS = 4,
  parameter GROUP = 128,
  parameter FACTOR_BITS = 8,
  parameter SHIFT_BITS = 5,
  parameter WEIGHT_BITS = 16,
  parameter OUT_BITS = 32
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
  localparam PRODUCT_BITS = B_BITS + FACTOR_BITS + 2;

  // Two stages in front of the engine: the product with the scale, and the weight.
  wire engine_a_ready, engine_b_ready;
  reg scaled_valid, scaled_a_last, scaled_b_last, ready_valid, ready_a_last, ready_b_last;
  reg [ROWS*A_BITS-1:0] scaled_a, ready_a;
  reg [COLS*PRODUCT_BITS-1:0] scaled;
  reg [COLS*SHIFT_BITS-1:0] shifts;
  reg [COLS*WEIGHT_BITS-1:0] weights;
  wire en = !ready_valid || (engine_a_ready && engine_b_ready);
  wire take = s_axis_a_tvalid && s_axis_b_tvalid && s_axis_s_tvalid && en;
  assign s_axis_a_tready = s_axis_b_tvalid && s_axis_s_tvalid && en;
  assign s_axis_b_tready = s_axis_a_tvalid && s_axis_s_tvalid && en;
  reg [12:0] step;
  wire ends = s_axis_a_tlast || s_axis_b_tlast || step == GROUP - 1;
  assign s_axis_s_tready = take && ends;
  always @(posedge clk)
    if (rst) begin
      step <= 13'd0;
      scaled_valid <= 1'b0;
      ready_valid <= 1'b0;
    end else begin
      if (take) step <= ends ? 13'd0 : step + 13'd1;
      if (en) begin
        scaled_valid <= take;
        ready_valid <= scaled_valid;
      end
    end
  always @(posedge clk)
    if (en) begin
      {scaled_a_last, scaled_b_last, scaled_a, shifts} <=
        {s_axis_a_tlast, s_axis_b_tlast, s_axis_a_tdata, s_axis_s_tshift};
      {ready_a_last, ready_b_last, ready_a} <= {scaled_a_last, scaled_b_last, scaled_a};
    end

  genvar j;
  generate
    for (j = 0; j < COLS; j = j + 1) begin : column
      wire signed [B_BITS:0] weight = {1'b0, s_axis_b_tdata[j*B_BITS +: B_BITS]}
                                    - {1'b0, s_axis_s_tzero[j*B_BITS +: B_BITS]};
      wire signed [FACTOR_BITS:0] factor = {1'b0, s_axis_s_tmult[j*FACTOR_BITS +: FACTOR_BITS]};
      wire signed [PRODUCT_BITS-1:0] product = weight * factor;
      // Half up: the bit below the point is added.
      wire signed [PRODUCT_BITS:0] doubled = {scaled[j*PRODUCT_BITS +: PRODUCT_BITS], 1'b0};
      wire signed [PRODUCT_BITS:0] shifted = doubled >>> shifts[j*SHIFT_BITS +: SHIFT_BITS];
      wire signed [PRODUCT_BITS:0] rounded = (shifted >>> 1) + $signed({1'b0, shifted[0]});
      always @(posedge clk)
        if (en) begin
          scaled[j*PRODUCT_BITS +: PRODUCT_BITS] <= product;
          weights[j*WEIGHT_BITS +: WEIGHT_BITS] <= rounded;
        end
    end
  endgenerate

  engine array (
    .clk(clk), .rst(rst),
    .s_axis_a_tdata(ready_a), .s_axis_a_tlast(ready_a_last), .s_axis_a_tvalid(ready_valid),
    .s_axis_a_tready(engine_a_ready),
    .s_axis_b_tdata(weights), .s_axis_b_tlast(ready_b_last), .s_axis_b_tvalid(ready_valid),
    .s_axis_b_tready(engine_b_ready),
    .m_axis_c_tdata(m_axis_c_tdata), .m_axis_c_tlast(m_axis_c_tlast), .m_axis_c_tvalid(m_axis_c_tvalid),
    .m_axis_c_tready(m_axis_c_tready), .last_mismatch(last_mismatch)
  );
endmodule
