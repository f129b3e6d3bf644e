# OpenSTA: power of every cell, three times; follows timing.tcl. ACTIVITY is a file that sets transitions per
# clock period, and duty, at inputs and register outputs.
proc report {name} {
  puts "begin $name"
  report_power -digits 9 -instances [get_cells *]
  puts "end"
}
source $ACTIVITY
report activity
# One transition per period on every net: the scale of a cell's switching power.
set_power_activity -global -activity 1 -duty 0.5
report unit
# None: what the clock alone costs in a register.
set_power_activity -global -activity 0 -duty 0.5
report idle
