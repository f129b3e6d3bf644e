// Where tiles of lookup engines begin and end: beats of `a` wait for all beats of `b` that go with them.
module lut_intake #(
  parameter ROWS = 2,
  parameter BEATS = 1       // beats of b for weights of the full width
) (
  input  wire       clk,
  input  wire       rst,
  input  wire       en,
  input  wire       a_valid,
  input  wire       a_last,
  output wire       a_ready,
  input  wire       b_valid,
  input  wire       b_last,
  input  wire       b_top,
  output wire       b_ready,
  output wire       take,
  output reg        first,
  output wire       last,
  output reg  [2:0] beat,
  output reg        last_mismatch,
  output reg        too_wide
);
  // A tile may not complete while the one before still has rows to go.
  assign last = (a_last || b_last) && b_top;
  reg [8:0] wait_left;
  wire go = en && !(last && wait_left != 0);
  assign take = a_valid && b_valid && go;
  assign a_ready = b_valid && go && b_top;
  assign b_ready = a_valid && go;
  always @(posedge clk)
    if (rst) begin
      first <= 1'b1;
      beat <= 0;
      wait_left <= 0;
      last_mismatch <= 1'b0;
      too_wide <= 1'b0;
    end else begin
      if (take) begin
        first <= last;
        beat <= b_top || beat == BEATS - 1 ? 3'd0 : beat + 3'd1;
        if (!b_top && beat == BEATS - 1) too_wide <= 1'b1;
        if ((a_last && b_top) != b_last) last_mismatch <= 1'b1;
      end
      if (en) wait_left <= take && last ? ROWS - 1 : wait_left != 0 ? wait_left - 9'd1 : 9'd0;
    end
endmodule
