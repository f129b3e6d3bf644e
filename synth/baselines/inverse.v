// The function of inverse with a loop that finds the leading one, a shift, and a plain lookup.
module inverse_baseline #(
  parameter LANES = 1,
  parameter BITS = 20,
  parameter INDEX_BITS = 6,
  parameter MANTISSA_BITS = 9,
  parameter SHIFT_BITS = 5,
  parameter RSQRT = 0,
  parameter PIPELINE = 1,
  parameter TABLE = 0
) (
  input  wire                           clk,
  input  wire                           rst,
  input  wire [LANES*BITS-1:0]          s_axis_x_tdata,
  input  wire                           s_axis_x_tlast,
  input  wire                           s_axis_x_tvalid,
  output wire                           s_axis_x_tready,
  output wire [LANES*MANTISSA_BITS-1:0] m_axis_y_tmantissa,
  output wire [LANES*SHIFT_BITS-1:0]    m_axis_y_tshift,
  output wire                           m_axis_y_tlast,
  output wire                           m_axis_y_tvalid,
  input  wire                           m_axis_y_tready
);
  localparam [(MANTISSA_BITS<<(INDEX_BITS+(RSQRT!=0)))-1:0] ENTRIES = TABLE;

  wire en = !m_axis_y_tvalid || m_axis_y_tready;
  assign s_axis_x_tready = en;

  reg [LANES*MANTISSA_BITS-1:0] mantissas;
  reg [LANES*SHIFT_BITS-1:0] shifts;
  reg [BITS+INDEX_BITS-1:0] x;
  reg [INDEX_BITS:0] index;
  integer i, k, exponent;
  always @* begin
    mantissas = 0;
    shifts = 0;
    for (k = 0; k < LANES; k = k + 1) begin
      x = s_axis_x_tdata[k*BITS +: BITS];
      exponent = 0;
      for (i = 0; i < BITS; i = i + 1)
        if (x[i]) exponent = i;
      index = (x << INDEX_BITS) >> exponent;
      index[INDEX_BITS] = RSQRT != 0 && exponent[0];
      if (x != 0) begin
        mantissas[k*MANTISSA_BITS +: MANTISSA_BITS] = ENTRIES[index*MANTISSA_BITS +: MANTISSA_BITS];
        shifts[k*SHIFT_BITS +: SHIFT_BITS] = (exponent >> (RSQRT != 0)) + MANTISSA_BITS;
      end
    end
  end

  // One register, or two, which synthesis may move.
  reg [LANES*(MANTISSA_BITS+SHIFT_BITS):0] y [0:1];
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
      y[0] <= {s_axis_x_tlast, shifts, mantissas};
      y[1] <= y[0];
    end
  assign m_axis_y_tvalid = valid[PIPELINE-1];
  assign {m_axis_y_tlast, m_axis_y_tshift, m_axis_y_tmantissa} = y[PIPELINE-1];
endmodule
