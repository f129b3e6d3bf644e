// A term plus a number that is shifted to it, with Verilog's own operators.
module float_sum #(
  parameter TERM_BITS = 16,
  parameter NUMBER_BITS = 8,
  parameter LOW = 2,         // bits of the window below the term
  parameter LEFTMOST = 18,   // how far the number lies above the term at most
  parameter YIELDS = 0,      // a zero number leaves the exponent to the term
  parameter TERM_TOP = 0,    // exponent of the window's top bit, counted as `ceiling` is, where the term's is 0
  parameter NUMBER_TOP = 0,
  parameter WIDTH = LOW + LEFTMOST + NUMBER_BITS
) (
  input  wire [TERM_BITS-1:0]   term,
  input  wire                   term_sign,
  input  wire [9:0]             term_exponent,
  input  wire                   term_zero,
  input  wire                   term_inf,
  input  wire                   term_nan,
  input  wire [NUMBER_BITS-1:0] number,
  input  wire                   number_sign,
  input  wire [8:0]             number_exponent,
  input  wire                   number_zero,
  input  wire                   number_inf,
  input  wire                   number_nan,
  output wire [WIDTH-1:0]       magnitude,
  output wire                   lost,
  output wire                   minus,
  output wire                   inf,
  output wire                   nan,
  output wire signed [12:0]     ceiling
);
  wire signed [12:0] term_top = $signed({3'd0, term_exponent}) + TERM_TOP;
  wire signed [12:0] number_top = $signed({4'd0, number_exponent}) + NUMBER_TOP;
  wire signed [12:0] distance = term_top - number_top;
  wire leftmost = (term_zero || distance < 0) && !(YIELDS && number_zero);
  assign ceiling = leftmost ? number_top : term_top;

  wire [WIDTH-1:0] placed = number << (WIDTH - NUMBER_BITS);
  wire [11:0] shift = leftmost ? 0 : distance;
  wire [2*WIDTH-1:0] shifted = {placed, {WIDTH{1'b0}}} >> shift;
  wire [WIDTH-1:0] aligned = shifted >> WIDTH;
  assign lost = shifted[WIDTH-1:0] != 0 || (number != 0 && shift >= 2 * WIDTH);

  wire subtract = term_sign ^ number_sign;
  wire [WIDTH:0] in_place = {term, {LOW{1'b0}}};
  wire [WIDTH:0] sum = subtract ? in_place - aligned - lost : in_place + aligned;
  wire negative = sum[WIDTH];
  // With something lost, -(sum + part of one) is ~sum + the rest of it.
  assign magnitude = !negative ? sum : lost ? ~sum : -sum;
  assign inf = term_inf || number_inf;
  assign nan = term_nan || number_nan || (term_inf && number_inf && subtract);
  assign minus = number_inf ? number_sign : term_inf ? term_sign : subtract && sum == 0 && !lost ? 0
               : negative ? number_sign : term_sign;
endmodule
