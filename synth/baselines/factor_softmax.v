// The function of softmax with method=shiftmax or ibert with / and *, and a plain lookup: a row is stored, summed beat by
// beat when its maximum is known, and then comes out, a beat a cycle.
`include "stored_row.v"
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
  output wire                       m_axis_y_tlast,
  output wire                       m_axis_y_tvalid,
  input  wire                       m_axis_y_tready,
  output wire                       too_long
);
  localparam [(31<<IN_BITS)-1:0] EXPS = EXPONENTIALS;

  localparam WORD_BITS = LANES * (IN_BITS + 1);
  reg summed;
  wire [WORD_BITS-1:0] read;
  wire begins, full, first, ends, moves;
  stored_row #(.WORD_BITS(WORD_BITS), .ROW_BEATS(ROW_BEATS)) stored (
    .clk(clk), .rst(rst), .word({s_axis_x_tkeep, s_axis_x_tdata}), .last(s_axis_x_tlast),
    .valid(s_axis_x_tvalid), .ready(s_axis_x_tready), .begins(begins), .full(full), .scans(!summed),
    .offers(summed), .read(read), .first(first), .ends(ends), .moves(moves), .y_last(m_axis_y_tlast),
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

  // In the second its exponentials are added up, and in the third its results offered.
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
    {keep, data} = read;
    sum = first ? 0 : total;
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

  always @(posedge clk) begin
    if (s_axis_x_tvalid && !full) top <= largest;
    if (full && !summed) total <= sum;
    if (rst) summed <= 0;
    else if (full && !summed) summed <= ends;
    else if (moves && ends) summed <= 0;
    if (moves) begin
      m_axis_y_tdata <= results;
      m_axis_y_tkeep <= keep;
    end
  end
endmodule
