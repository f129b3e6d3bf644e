// The function of igelu with *, + and >>>.
module igelu_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter OUT_BITS = 22,
  parameter B = 80,
  parameter C = 7091,
  parameter ONE = 7091,
  parameter SHIFT = 0,
  parameter PIPELINE = 1
) (
  input  wire                      clk,
  input  wire                      rst,
  input  wire [LANES*IN_BITS-1:0]  s_axis_x_tdata,
  input  wire                      s_axis_x_tlast,
  input  wire                      s_axis_x_tvalid,
  output wire                      s_axis_x_tready,
  output wire [LANES*OUT_BITS-1:0] m_axis_y_tdata,
  output wire                      m_axis_y_tlast,
  output wire                      m_axis_y_tvalid,
  input  wire                      m_axis_y_tready
);
  wire en = !m_axis_y_tvalid || m_axis_y_tready;
  assign s_axis_x_tready = en;

  reg [LANES*OUT_BITS-1:0] results;
  reg signed [IN_BITS-1:0] x;
  reg signed [IN_BITS:0] size;
  reg signed [63:0] distance, polynomial, gain, product;
  integer k;
  always @* begin
    results = 0;
    for (k = 0; k < LANES; k = k + 1) begin
      x = s_axis_x_tdata[k*IN_BITS +: IN_BITS];
      size = x < 0 ? -x : x;
      distance = size > B ? 0 : B - size;
      polynomial = distance * distance - C;
      gain = ((x < 0 ? -polynomial : polynomial) >>> SHIFT) - ONE;
      product = x * gain;
      results[k*OUT_BITS +: OUT_BITS] = product[OUT_BITS-1:0];
    end
  end

  // One register, or two, which synthesis may move.
  reg [LANES*OUT_BITS:0] y [0:1];
  reg valid [0:1];
  always @(posedge clk)
    if (rst) begin
      valid[0] <= 1'b0;
      valid[1] <= 1'b0;
    end else if (en) begin
      valid[0] <= s_axis_x_tvalid;
      valid[1] <= valid[0];
    end
  always @(posedge clk)
    if (en) begin
      y[0] <= {s_axis_x_tlast, results};
      y[1] <= y[0];
    end
  assign m_axis_y_tvalid = valid[PIPELINE-1];
  assign {m_axis_y_tlast, m_axis_y_tdata} = y[PIPELINE-1];
endmodule
