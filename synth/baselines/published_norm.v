// The function of norm with method=ivit, ivit_tvm or ibert, with Verilog's own operators: a row is stored, comes
// to its mean, root and factor by / and *, a division a cycle, and then comes out, a beat a cycle.
`include "stored_row.v"
module published_norm_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter NEWTON = 0,     // steps to the root, or 0 for the root itself
  parameter TRUNCATES = 0,  // round the mean, and results, towards 0
  parameter ROW_BEATS = 128,
  parameter COUNT_BITS = 11,
  parameter TOTAL_BITS = 18,
  parameter SQUARES_BITS = 25
) (
  input  wire                     clk,
  input  wire                     rst,
  input  wire [LANES*IN_BITS-1:0] s_axis_x_tdata,
  input  wire [LANES-1:0]         s_axis_x_tkeep,
  input  wire                     s_axis_x_tlast,
  input  wire                     s_axis_x_tvalid,
  output wire                     s_axis_x_tready,
  output reg  [LANES*32-1:0]      m_axis_y_tdata,
  output reg  [LANES-1:0]         m_axis_y_tkeep,
  output wire                     m_axis_y_tlast,
  output wire                     m_axis_y_tvalid,
  input  wire                     m_axis_y_tready,
  output wire                     too_long
);
  localparam WORD_BITS = LANES * (IN_BITS + 1);
  reg known;
  wire [WORD_BITS-1:0] read;
  wire begins, full, first, ends, moves;
  stored_row #(.WORD_BITS(WORD_BITS), .ROW_BEATS(ROW_BEATS)) stored (
    .clk(clk), .rst(rst), .word({s_axis_x_tkeep, s_axis_x_tdata}), .last(s_axis_x_tlast),
    .valid(s_axis_x_tvalid), .ready(s_axis_x_tready), .begins(begins), .full(full), .scans(1'b0),
    .offers(known), .read(read), .first(first), .ends(ends), .moves(moves), .y_last(m_axis_y_tlast),
    .y_valid(m_axis_y_tvalid), .y_ready(m_axis_y_tready), .too_long(too_long)
  );

  // In the first phase a row is taken, and summed.
  reg [COUNT_BITS-1:0] length, count;
  reg signed [TOTAL_BITS-1:0] total, sum;
  reg [SQUARES_BITS-1:0] squares, sum_of_squares;
  reg signed [SQUARES_BITS:0] code;
  integer k;
  always @* begin
    count = begins ? 0 : length;
    sum = begins ? 0 : total;
    sum_of_squares = begins ? 0 : squares;
    for (k = 0; k < LANES; k = k + 1)
      if (s_axis_x_tkeep[k]) begin
        code = $signed(s_axis_x_tdata[k*IN_BITS +: IN_BITS]);
        count = count + 1'b1;
        sum = sum + code;
        sum_of_squares = sum_of_squares + code * code;
      end
  end

  // In the second its mean comes first, then the root, then the factor: with one divider.
  reg [4:0] step;
  localparam LAST = NEWTON ? NEWTON + 1 : 2;
  reg signed [IN_BITS-1:0] mean;
  reg [16:0] root, larger, found;
  reg [31:0] factor, dividend, divisor, quotient, rest, variance;
  wire [TOTAL_BITS-1:0] magnitude = total < 0 ? -total : total;
  wire signed [33:0] long_mean = mean;
  wire signed [33:0] long_total = total;
  wire signed [33:0] long_length = $signed({1'b0, length});
  wire up = !TRUNCATES && ({rest, 1'b0} > length || ({rest, 1'b0} == length && quotient[0]));
  integer i;
  always @* begin
    variance = squares - long_mean * (2 * long_total - long_mean * long_length);
    dividend = step == 0 ? magnitude : step == LAST ? (NEWTON ? 32'h7fffffff : 32'h80000000) : variance;
    divisor = step == 0 ? length : root;
    quotient = dividend / divisor;
    rest = dividend % divisor;
    found = 0;
    for (i = 15; i >= 0; i = i - 1) begin
      larger = found;
      larger[i] = 1'b1;
      if ({16'b0, larger} * larger <= variance) found = larger;
    end
  end

  // In the third its results are offered.
  reg [LANES*IN_BITS-1:0] data;
  reg [LANES-1:0] keep;
  reg [LANES*32-1:0] results;
  reg signed [IN_BITS-1:0] x;
  reg signed [33:0] product;
  integer j;
  always @* begin
    {keep, data} = read;
    for (j = 0; j < LANES; j = j + 1) begin
      x = data[j*IN_BITS +: IN_BITS];
      product = (x - long_mean) * $signed({2'b0, factor});
      if (TRUNCATES && product < 0) product = product + 1;
      product = product >>> 1;
      results[j*32 +: 32] = keep[j] ? product[31:0] : 0;
    end
  end

  always @(posedge clk)
    if (rst) begin
      known <= 0;
      step <= 0;
    end else begin
      if (s_axis_x_tvalid && !full) begin
        length <= count;
        total <= sum;
        squares <= sum_of_squares;
      end
      if (full && !known) begin
        step <= step == LAST ? 0 : step + 1;
        known <= step == LAST;
        if (step == 0) begin
          mean <= total < 0 ? -(quotient + up) : quotient + up;
          root <= 17'h10000;
        end else if (step == LAST) factor <= quotient;
        else if (NEWTON) root <= (root + quotient) >> 1;
        else root <= found == 0 ? 1 : found;
      end
      if (moves) begin
        m_axis_y_tdata <= results;
        m_axis_y_tkeep <= keep;
        if (ends) known <= 0;
      end
    end
endmodule
