// The function of sqrt in one cycle, whatever the form: the largest root whose square, made with *, fits.
module sqrt_baseline #(
  parameter LANES = 1,
  parameter BITS = 32
) (
  input  wire                            clk,
  input  wire                            rst,
  input  wire [LANES*BITS-1:0]           s_axis_x_tradicand,
  input  wire                            s_axis_x_tlast,
  input  wire                            s_axis_x_tvalid,
  output wire                            s_axis_x_tready,
  output reg  [LANES*((BITS+1)/2)-1:0]   m_axis_y_troot,
  output reg  [LANES*((BITS+1)/2+1)-1:0] m_axis_y_tremainder,
  output reg                             m_axis_y_tlast,
  output reg                             m_axis_y_tvalid,
  input  wire                            m_axis_y_tready
);
  localparam ROOT_BITS = (BITS + 1) / 2;

  assign s_axis_x_tready = !m_axis_y_tvalid || m_axis_y_tready;
  reg [2*ROOT_BITS-1:0] radicand, square;
  reg [ROOT_BITS-1:0] root, larger;
  integer i, k;
  always @(posedge clk)
    if (rst) m_axis_y_tvalid <= 1'b0;
    else if (s_axis_x_tready) m_axis_y_tvalid <= s_axis_x_tvalid;
  always @(posedge clk)
    if (s_axis_x_tready) begin
      m_axis_y_tlast <= s_axis_x_tlast;
      for (k = 0; k < LANES; k = k + 1) begin
        radicand = s_axis_x_tradicand[k*BITS +: BITS];
        root = 0;
        for (i = ROOT_BITS - 1; i >= 0; i = i - 1) begin
          larger = root;
          larger[i] = 1'b1;
          square = larger * larger;
          if (square <= radicand) root = larger;
        end
        square = root * root;
        m_axis_y_troot[k*ROOT_BITS +: ROOT_BITS] <= root;
        m_axis_y_tremainder[k*(ROOT_BITS+1) +: ROOT_BITS+1] <= radicand - square;
      end
    end
endmodule
