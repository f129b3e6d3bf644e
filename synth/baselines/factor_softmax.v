// The function of softmax with method=shiftmax or ibert with / and *, and a plain lookup: a row is stored, summed beat by
// beat when its maximum is known, and then comes out, a beat a cycle.
module factor_softmax_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter OUT_BITS = 8,
  parameter Y_BITS = 7,
  parameter ROW_BEATS = 128,
  parameter SHIFTMAX = 1,
  parameter EXPONENTIALS = 0  // by distance, 31 bits each
) (
  input  wire                       clk,
  input  wire                       rst,
  input  wire [LANES*IN_BITS-1:0]   s_axis_x_tdata,
  input  wire [LANES-1:0]           s_axis_x_tkeep,
  input  wire                       s_axis_x_tlast,
  input  wire                       s_axis_x_tvalid,
  output wire                       s_axis_x_tready,
  output reg  [LANES*Y_BITS-1:0]    m_axis_y_tdata,
  output reg  [LANES-1:0]           m_axis_y_tkeep,
  output reg                        m_axis_y_tlast,
  output reg                        m_axis_y_tvalid,
  input  wire                       m_axis_y_tready,
  output reg                        too_long
);
  localparam [(31<<IN_BITS)-1:0] EXPS = EXPONENTIALS;

  // In the first phase a row is taken, and its maximum found.
  reg full, summed;
  reg [16:0] count, position;
  reg [LANES*(IN_BITS+1)-1:0] row [0:ROW_BEATS-1];
  reg signed [IN_BITS-1:0] top, largest, code;
  integer k;
  assign s_axis_x_tready = !full;
  always @* begin
    largest = count == 0 ? {1'b1, {(IN_BITS-1){1'b0}}} : top;
    for (k = 0; k < LANES; k = k + 1) begin
      code = s_axis_x_tdata[k*IN_BITS +: IN_BITS];
      if (s_axis_x_tkeep[k] && code > largest) largest = code;
    end
  end

  // In the second its exponentials are added up, and in the third its results offered.
  wire ends = position == count - 1;
  wire moves = full && summed && (!m_axis_y_tvalid || m_axis_y_tready);
  reg [LANES*IN_BITS-1:0] data;
  reg [LANES-1:0] keep;
  reg [LANES*Y_BITS-1:0] results;
  reg signed [IN_BITS-1:0] x;
  reg [IN_BITS-1:0] distance;
  reg [30:0] e;
  reg [47:0] total, sum;
  reg [32:0] factor;
  reg [63:0] product;
  integer i;
  always @* begin
    {keep, data} = row[position];
    sum = position == 0 ? 0 : total;
    if (total == 0) factor = 0;
    else if (!SHIFTMAX) factor = 33'h1_0000_0000 / total;
    else factor = total >> 31 != 0 ? 1 : 33'h7fffffff / total;
    for (i = 0; i < LANES; i = i + 1) begin
      x = data[i*IN_BITS +: IN_BITS];
      distance = top - x;
      e = keep[i] ? EXPS[distance*31 +: 31] : 0;
      sum = sum + e;
      product = e * {31'b0, factor};
      results[i*Y_BITS +: Y_BITS] = product >> (32 - OUT_BITS);
    end
  end

  always @(posedge clk)
    if (rst) begin
      full <= 0;
      summed <= 0;
      count <= 0;
      position <= 0;
      too_long <= 0;
      m_axis_y_tvalid <= 0;
    end else begin
      if (s_axis_x_tvalid && !full) begin
        row[count] <= {s_axis_x_tkeep, s_axis_x_tdata};
        top <= largest;
        count <= count + 1;
        full <= s_axis_x_tlast || count == ROW_BEATS - 1;
        if (count == ROW_BEATS - 1 && !s_axis_x_tlast) too_long <= 1;
      end
      if (full && !summed) begin
        total <= sum;
        summed <= ends;
        position <= ends ? 0 : position + 1;
      end
      if (moves) begin
        m_axis_y_tdata <= results;
        m_axis_y_tkeep <= keep;
        m_axis_y_tlast <= ends;
        position <= position + 1;
        if (ends) begin
          full <= 0;
          summed <= 0;
          count <= 0;
          position <= 0;
        end
      end
      if (moves || m_axis_y_tready) m_axis_y_tvalid <= moves;
    end
endmodule
