// The function of shiftgelu with / and *, and plain lookups: a row is stored, and then comes out, a beat a cycle.
`include "stored_row.v"
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
  output wire                                   m_axis_y_tlast,
  output wire                                   m_axis_y_tvalid,
  input  wire                                   m_axis_y_tready,
  output wire                                   too_long
);
  localparam [(31<<IN_BITS)-1:0] A = A_TABLE;
  localparam [(31<<IN_BITS)-1:0] B = B_TABLE;
  localparam Y_BITS = IN_BITS + OUT_BITS - 1;

  localparam WORD_BITS = LANES * (IN_BITS + 1);
  wire [WORD_BITS-1:0] read;
  wire begins, full, first, moves;
  stored_row #(.WORD_BITS(WORD_BITS), .ROW_BEATS(ROW_BEATS)) stored (
    .clk(clk), .rst(rst), .word({s_axis_x_tkeep, s_axis_x_tdata}), .last(s_axis_x_tlast),
    .valid(s_axis_x_tvalid), .ready(s_axis_x_tready), .begins(begins), .full(full), .scans(1'b0),
    .offers(1'b1), .read(read), .first(first), .moves(moves), .y_last(m_axis_y_tlast),
    .y_valid(m_axis_y_tvalid), .y_ready(m_axis_y_tready), .too_long(too_long)
  );

  // In the first phase a row is taken, and its maximum found.
  reg signed [IN_BITS-1:0] top, largest, code;
  integer k;
  always @* begin
    largest = begins ? {1'b1, {(IN_BITS-1){1'b0}}} : top;
    for (k = 0; k < LANES; k = k + 1) begin
      code = s_axis_x_tdata[k*IN_BITS +: IN_BITS];
      if (s_axis_x_tkeep[k] && code > largest) largest = code;
    end
  end

  // In the second phase its results are offered.
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
    {keep, data} = read;
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

  always @(posedge clk) begin
    if (s_axis_x_tvalid && !full) top <= largest;
    if (moves) begin
      m_axis_y_tdata <= results;
      m_axis_y_tkeep <= keep;
    end
  end
endmodule
