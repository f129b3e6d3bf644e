// The function of divide with / and % in one cycle, whatever the form.
module divide_baseline #(
  parameter LANES = 1,
  parameter DIVIDEND_BITS = 16,
  parameter DIVISOR_BITS = 16,
  parameter REMAINDER_BITS = 16
) (
  input  wire                            clk,
  input  wire                            rst,
  input  wire [LANES*DIVIDEND_BITS-1:0]  s_axis_x_tdividend,
  input  wire [LANES*DIVISOR_BITS-1:0]   s_axis_x_tdivisor,
  input  wire                            s_axis_x_tlast,
  input  wire                            s_axis_x_tvalid,
  output wire                            s_axis_x_tready,
  output reg  [LANES*DIVIDEND_BITS-1:0]  m_axis_y_tquotient,
  output reg  [LANES*REMAINDER_BITS-1:0] m_axis_y_tremainder,
  output reg                             m_axis_y_tlast,
  output reg                             m_axis_y_tvalid,
  input  wire                            m_axis_y_tready
);
  assign s_axis_x_tready = !m_axis_y_tvalid || m_axis_y_tready;
  reg [DIVIDEND_BITS-1:0] dividend;
  reg [DIVISOR_BITS-1:0] divisor;
  integer k;
  always @(posedge clk)
    if (rst) m_axis_y_tvalid <= 1'b0;
    else if (s_axis_x_tready) m_axis_y_tvalid <= s_axis_x_tvalid;
  always @(posedge clk)
    if (s_axis_x_tready) begin
      m_axis_y_tlast <= s_axis_x_tlast;
      for (k = 0; k < LANES; k = k + 1) begin
        dividend = s_axis_x_tdividend[k*DIVIDEND_BITS +: DIVIDEND_BITS];
        divisor = s_axis_x_tdivisor[k*DIVISOR_BITS +: DIVISOR_BITS];
        m_axis_y_tquotient[k*DIVIDEND_BITS +: DIVIDEND_BITS] <= divisor == 0 ? {DIVIDEND_BITS{1'b1}} : dividend / divisor;
        m_axis_y_tremainder[k*REMAINDER_BITS +: REMAINDER_BITS] <= divisor == 0 ? dividend : dividend % divisor;
      end
    end
endmodule
