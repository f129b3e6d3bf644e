// A row that is stored while it comes, and then read, a beat a cycle, to be scanned or to be offered. What comes
// after the beats that fit is a row of its own.
module stored_row #(
  parameter WORD_BITS = 9,
  parameter ROW_BEATS = 128
) (
  input  wire                  clk,
  input  wire                  rst,
  input  wire [WORD_BITS-1:0]  word,     // what is kept of a beat
  input  wire                  last,
  input  wire                  valid,
  output wire                  ready,
  output wire                  begins,   // the beat is the first of its row
  output reg                   full,     // the row is there
  input  wire                  scans,    // read its beats, and offer nothing
  input  wire                  offers,   // read its beats, and offer what they become
  output wire [WORD_BITS-1:0]  read,
  output wire                  first,
  output wire                  ends,
  output wire                  moves,    // what `read` becomes is offered in the next cycle
  output reg                   y_last,
  output reg                   y_valid,
  input  wire                  y_ready,
  output reg                   too_long
);
  reg [16:0] count, position;
  reg [WORD_BITS-1:0] row [0:ROW_BEATS-1];
  assign ready = !full;
  assign begins = count == 0;
  assign read = row[position];
  assign first = position == 0;
  assign ends = position == count - 1;
  assign moves = full && offers && (!y_valid || y_ready);

  always @(posedge clk)
    if (rst) begin
      full <= 0;
      count <= 0;
      position <= 0;
      too_long <= 0;
      y_valid <= 0;
    end else begin
      if (valid && !full) begin
        row[count] <= word;
        count <= count + 1;
        full <= last || count == ROW_BEATS - 1;
        if (count == ROW_BEATS - 1 && !last) too_long <= 1;
      end
      if (full && scans || moves) position <= ends ? 0 : position + 1;
      if (moves) begin
        y_last <= ends;
        if (ends) begin
          full <= 0;
          count <= 0;
        end
      end
      if (moves || y_ready) y_valid <= moves;
    end
endmodule
