# OpenSTA: the shortest clock period of a mapped netlist.
# The caller sets TOP, LIBRARY, NETLIST, CLOCK, PERIOD (ns), DRIVER and LOAD (in the library's unit).
read_liberty $LIBRARY
read_verilog $NETLIST
link_design $TOP

set data_inputs [list]
foreach port [all_inputs] {
  if {[get_property $port full_name] ne $CLOCK} { lappend data_inputs $port }
}
if {$CLOCK ne ""} {
  create_clock -name clk -period $PERIOD [get_ports $CLOCK]
} else {
  # No registers: the longest path from an input to an output is the period.
  create_clock -name clk -period $PERIOD
}
# Outside the unit nothing takes time: inputs come with the clock edge, outputs are due at the next.
if {[llength $data_inputs]} {
  set_input_delay 0 -clock clk $data_inputs
  set_driving_cell -lib_cell $DRIVER $data_inputs
}
set_output_delay 0 -clock clk [all_outputs]
set_load $LOAD [all_outputs]
puts "worst_slack [worst_slack]"
