// The function of softmax with method=ita or sole with / and >>, and plain lookups: a row is stored while it is summed,
// and then comes out, a beat a cycle.
`include "stored_row.v"
module octave_softmax_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter OUT_BITS = 8,
  parameter ROW_BEATS = 128,
  parameter SOLE = 0,
  parameter OCTAVES = 0,    // octaves by distance, 4 bits each
  parameter RISE_BITS = 5,
  parameter RISES = 0       // the same for sums, RISE_BITS each
) (
  input  wire                       clk,
  input  wire                       rst,
  input  wire [LANES*IN_BITS-1:0]   s_axis_x_tdata,
  input  wire [LANES-1:0]           s_axis_x_tkeep,
  input  wire                       s_axis_x_tlast,
  input  wire                       s_axis_x_tvalid,
  output wire                       s_axis_x_tready,
  output reg  [LANES*OUT_BITS-1:0]  m_axis_y_tdata,
  output reg  [LANES-1:0]           m_axis_y_tkeep,
  output wire                       m_axis_y_tlast,
  output wire                       m_axis_y_tvalid,
  input  wire                       m_axis_y_tready,
  output wire                       too_long
);
  localparam [(4<<IN_BITS)-1:0] BELOW = OCTAVES;
  localparam [(RISE_BITS<<IN_BITS)-1:0] ABOVE = RISES;
  localparam UNIT = SOLE ? 32768 : 256;
  localparam WORD_BITS = LANES * (IN_BITS + 1) + IN_BITS;
  reg signed [IN_BITS-1:0] top, largest, code;
  wire [WORD_BITS-1:0] read;
  wire begins, full, first, moves;
  stored_row #(.WORD_BITS(WORD_BITS), .ROW_BEATS(ROW_BEATS)) stored (
    .clk(clk), .rst(rst), .word({largest, s_axis_x_tkeep, s_axis_x_tdata}), .last(s_axis_x_tlast),
    .valid(s_axis_x_tvalid), .ready(s_axis_x_tready), .begins(begins), .full(full), .scans(1'b0),
    .offers(1'b1), .read(read), .first(first), .moves(moves), .y_last(m_axis_y_tlast),
    .y_valid(m_axis_y_tvalid), .y_ready(m_axis_y_tready), .too_long(too_long)
  );

  // In the first phase a row is taken, its maximum found, and what it is relative to that added up.
  reg [IN_BITS-1:0] distance;
  reg [39:0] total, sum;
  integer k;
  always @* begin
    largest = begins ? {1'b1, {(IN_BITS-1){1'b0}}} : top;
    for (k = 0; k < LANES; k = k + 1) begin
      code = s_axis_x_tdata[k*IN_BITS +: IN_BITS];
      if (s_axis_x_tkeep[k] && code > largest) largest = code;
    end
    distance = largest - top;
    sum = begins ? 0 : total >> ABOVE[distance*RISE_BITS +: RISE_BITS];
    for (k = 0; k < LANES; k = k + 1) begin
      code = s_axis_x_tdata[k*IN_BITS +: IN_BITS];
      distance = largest - code;
      if (s_axis_x_tkeep[k]) sum = sum + (UNIT >> BELOW[distance*4 +: 4]);
    end
  end

  // The number of the row.
  reg [39:0] number;
  reg [5:0] log;
  reg half;
  integer n;
  always @* begin
    log = 15;
    half = 0;
    for (n = 15; n < 40; n = n + 1)
      if (total[n]) begin
        log = n;
        half = total[n-1];
      end
    if (SOLE) number = ((half ? 40'd291 : 40'd419) << OUT_BITS) >> (log - 6);
    else number = total == 0 ? 0 : (((40'd1 << OUT_BITS) - 1) << 8) / total;
  end

  // In the second phase its results are offered.
  reg [LANES*IN_BITS-1:0] data;
  reg signed [IN_BITS-1:0] counted_from, x;
  reg [IN_BITS-1:0] below, risen;
  reg [LANES-1:0] keep;
  reg [LANES*OUT_BITS-1:0] results;
  reg [4:0] octaves;
  integer i;
  always @* begin
    {counted_from, keep, data} = read;
    for (i = 0; i < LANES; i = i + 1) begin
      x = data[i*IN_BITS +: IN_BITS];
      below = (SOLE ? counted_from : top) - x;
      risen = top - counted_from;
      octaves = BELOW[below*4 +: 4] + (SOLE ? BELOW[risen*4 +: 4] : 4'd0);
      if (octaves > 15) octaves = 15;
      results[i*OUT_BITS +: OUT_BITS] = keep[i] ? number >> octaves : 0;
    end
  end

  always @(posedge clk) begin
    if (s_axis_x_tvalid && !full) begin
      top <= largest;
      total <= sum;
    end
    if (moves) begin
      m_axis_y_tdata <= results;
      m_axis_y_tkeep <= keep;
    end
  end
endmodule
