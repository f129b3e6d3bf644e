// The function of shiftgelu with / and *, and plain lookups: a row is stored, and then comes out, a beat a cycle.
module shiftgelu_baseline #(
  parameter LANES = 1,
  parameter IN_BITS = 8,
  parameter OUT_BITS = 8,
  parameter ROW_BEATS = 1024,
  parameter A_TABLE = 0,  // exponentials of x - m by m - x, 31 bits each
  parameter B_TABLE = 0   // of -m by the code of m
) (
  input  wire                                   clk,
  input  wire                                   rst,
  input  wire [LANES*IN_BITS-1:0]               s_axis_x_tdata,
  input  wire [LANES-1:0]                       s_axis_x_tkeep,
  input  wire                                   s_axis_x_tlast,
  input  wire                                   s_axis_x_tvalid,
  output wire                                   s_axis_x_tready,
  output reg  [LANES*(IN_BITS+OUT_BITS-1)-1:0]  m_axis_y_tdata,
  output reg  [LANES-1:0]                       m_axis_y_tkeep,
  output reg                                    m_axis_y_tlast,
  output reg                                    m_axis_y_tvalid,
  input  wire                                   m_axis_y_tready,
  output reg                                    too_long
);
  localparam [(31<<IN_BITS)-1:0] A = A_TABLE;
  localparam [(31<<IN_BITS)-1:0] B = B_TABLE;
  localparam Y_BITS = IN_BITS + OUT_BITS - 1;

  // In the first phase a row is taken, and its maximum found.
  reg full;
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

  // In the second phase its results are offered.
  wire moves = full && (!m_axis_y_tvalid || m_axis_y_tready);
  reg [LANES*IN_BITS-1:0] data;
  reg [LANES-1:0] keep;
  reg [LANES*Y_BITS-1:0] results;
  reg signed [IN_BITS-1:0] x;
  reg [IN_BITS-1:0] distance, top_code;
  reg [31:0] a, total, factor;
  reg [63:0] product;
  reg signed [OUT_BITS-1:0] sigmoid;
  reg signed [Y_BITS-1:0] y;
  integer i;
  always @* begin
    {keep, data} = row[position];
    top_code = top;
    for (i = 0; i < LANES; i = i + 1) begin
      x = data[i*IN_BITS +: IN_BITS];
      distance = top - x;
      a = A[distance*31 +: 31];
      total = a + B[top_code*31 +: 31];
      if (total[31]) total = 32'h7fffffff;
      factor = 32'h7fffffff / total;
      product = a * {32'b0, factor};
      sigmoid = product >> (32 - OUT_BITS);
      y = x * sigmoid;
      results[i*Y_BITS +: Y_BITS] = keep[i] ? y : 0;
    end
  end

  always @(posedge clk)
    if (rst) begin
      full <= 0;
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
      if (moves) begin
        m_axis_y_tdata <= results;
        m_axis_y_tkeep <= keep;
        m_axis_y_tlast <= position == count - 1;
        position <= position + 1;
        if (position == count - 1) begin
          full <= 0;
          count <= 0;
          position <= 0;
        end
      end
      if (moves || m_axis_y_tready) m_axis_y_tvalid <= moves;
    end
endmodule
