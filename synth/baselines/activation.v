// The function of activation as a plain lookup: entry x of a constant.
module activation_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter OUT_BITS = 8,
  parameter TABLE = 0
) (
  input  wire                      clk,
  input  wire                      rst,
  input  wire [LANES*IN_BITS-1:0]  s_axis_x_tdata,
  input  wire                      s_axis_x_tlast,
  input  wire                      s_axis_x_tvalid,
  output wire                      s_axis_x_tready,
  output reg  [LANES*OUT_BITS-1:0] m_axis_y_tdata,
  output reg                       m_axis_y_tlast,
  output reg                       m_axis_y_tvalid,
  input  wire                      m_axis_y_tready
);
  localparam [(OUT_BITS<<IN_BITS)-1:0] ENTRIES = TABLE;

  assign s_axis_x_tready = !m_axis_y_tvalid || m_axis_y_tready;
  integer k;
  always @(posedge clk)
    if (rst) m_axis_y_tvalid <= 1'b0;
    else if (s_axis_x_tready) m_axis_y_tvalid <= s_axis_x_tvalid;
  always @(posedge clk)
    if (s_axis_x_tready) begin
      m_axis_y_tlast <= s_axis_x_tlast;
      for (k = 0; k < LANES; k = k + 1)
        m_axis_y_tdata[k*OUT_BITS +: OUT_BITS] <= ENTRIES[s_axis_x_tdata[k*IN_BITS +: IN_BITS]*OUT_BITS +: OUT_BITS];
    end
endmodule
