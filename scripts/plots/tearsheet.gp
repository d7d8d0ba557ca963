# SPDX-License-Identifier: GPL-3.0-or-later
# tearsheet.gp: the tear sheet of one run. Draw it again after any edit, in this folder, with
#   gnuplot tearsheet.gp                        tearsheet.png
#   gnuplot -e "fmt='svg'" tearsheet.gp         tearsheet.svg (also pdf)
# What it draws is in data/: run.gp (texts, units, ranges) and one table per panel.
SHEET = 'tearsheet'
load 'theme.gp'
load 'data/run.gp'

PAGE = 0.032; LEFT = 0.062; RIGHT = 0.588                   # the panels over time
BRIDGE_LEFT = 0.760; BRIDGE_RIGHT = 0.915     # the bridge, between its names and its figures
SIDE = 0.692; SIDE_LEFT = 0.725; SIDE_RIGHT = 0.982

NOTHING = 'nothing known'

set multiplot

# ---- heading and key figures
set label 1 bold(TITLE) at screen PAGE,0.970 left tc rgb INK font TOP
set label 2 SUBTITLE at screen PAGE,0.943 left tc rgb MUTED font PLAIN noenhanced
set label 3 SUBTITLE2 at screen PAGE,0.925 left tc rgb MUTED font PLAIN noenhanced
array KPI_X[8] = [PAGE, 0.150, 0.268, 0.390, 0.514, 0.614, 0.712, 0.868]
do for [k = 1:N_KPI] {
  x0 = KPI_X[k]
  set label 10 + k bold(KPI[k]) at screen x0,0.888 left tc rgb (k == 1 && PNL_END < 0 ? VERMILION : INK) font FIGURE
  set label 20 + k KPI_NAME[k] at screen x0,0.867 left tc rgb MUTED font SMALL noenhanced
}
set label 30 FOOTER.' · drawn by tearsheet.gp, which can be edited' at screen PAGE,0.014 left tc rgb FAINT font TINY noenhanced
set arrow 1 from screen PAGE,0.852 to screen 0.982,0.852 nohead lc rgb RULE lw 1

# ---- price and hedge trades
set xrange [T0:T1]
eval 'set xtics '.TIME_TICS_BARE
eval panel(LEFT, RIGHT, 0.645, 0.795); eval heading(PAGE, 0.795)
set label 901 bold('Hedge price and trades')
set label 902 PRICE_UNIT.'  ·  ▲ bought  ▼ sold, larger is more  '.TRADES_NOTE
set yrange [PRICE_LO:PRICE_HI]; set ytics PRICE_STEP; set format y PRICE_FORMAT
radius(share) = MARK * (0.75 + 1.45 * sqrt(share))
if (N_TRADES > 0) {
  plot 'data/price.tsv' using 1:($2 / PRICE_FACTOR) with lines lc rgb INK lw 1.1, \
       'data/trades.tsv' using 1:($4 > 0 ? $2 / PRICE_FACTOR : NaN):(radius($3)) with points pt 9 ps variable lc rgb '#a00072B2', \
       'data/trades.tsv' using 1:($4 > 0 ? $2 / PRICE_FACTOR : NaN):(radius($3)) with points pt 8 ps variable lc rgb BLUE lw 0.7, \
       'data/trades.tsv' using 1:($4 < 0 ? $2 / PRICE_FACTOR : NaN):(radius($3)) with points pt 11 ps variable lc rgb '#a0D55E00', \
       'data/trades.tsv' using 1:($4 < 0 ? $2 / PRICE_FACTOR : NaN):(radius($3)) with points pt 10 ps variable lc rgb VERMILION lw 0.7
} else {
  plot 'data/price.tsv' using 1:($2 / PRICE_FACTOR) with lines lc rgb INK lw 1.1
}
do for [k = 1:30] { unset label k }
unset arrow 1

# ---- exposure held against exposure wanted
set xzeroaxis lc rgb RULE lw 1 lt 1
eval panel(LEFT, RIGHT, 0.450, 0.575); eval heading(PAGE, 0.575)
set label 901 bold('Exposure held against the book')
set label 902 HEDGE_UNIT.', hedge and collateral; the gap is the net delta'
set yrange [HEDGE_LO:HEDGE_HI]; set ytics HEDGE_STEP; set format y HEDGE_FORMAT
gap = 0.14 * (HEDGE_HI - HEDGE_LO)
a = HELD_END / HEDGE_FACTOR; b = WANTED_END / HEDGE_FACTOR
if (known(a)) set label 41 'held  '.HELD_END_TEXT at T1,(known(b) ? apart(a, b, gap, 1) : a) left offset 0.8,0 tc rgb BLUE font SMALL noenhanced
if (known(b)) set label 42 'wanted  '.WANTED_END_TEXT at T1,(known(a) ? apart(b, a, gap, 0) : b) left offset 0.8,0 tc rgb MUTED font SMALL noenhanced
if (!known(a) && !known(b)) set label 44 NOTHING at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
plot 'data/hedge.tsv' using 1:($2 / HEDGE_FACTOR) with lines lc rgb FAINT lw 1.1, \
     'data/hedge.tsv' using 1:($3 / HEDGE_FACTOR) with steps lc rgb BLUE lw 1.3
unset label 41; unset label 42; unset label 44

# ---- cumulative PnL
eval panel(LEFT, RIGHT, 0.255, 0.380); eval heading(PAGE, 0.380)
set label 901 bold('Cumulative PnL')
set label 902 PNL_UNIT.', after all costs and funding'
set yrange [PNL_LO:PNL_HI]; set ytics PNL_STEP; set format y PNL_FORMAT
gap = 0.14 * (PNL_HI - PNL_LO)
a = PNL_END / PNL_FACTOR; b = UNHEDGED_END / PNL_FACTOR
if (known(a)) set label 41 'hedged  '.PNL_END_TEXT at T1,(known(b) ? apart(a, b, gap, 1) : a) left offset 0.8,0 tc rgb BLUE font SMALL noenhanced
if (known(b)) set label 42 'unhedged  '.UNHEDGED_END_TEXT at T1,(known(a) ? apart(b, a, gap, 0) : b) left offset 0.8,0 tc rgb MUTED font SMALL noenhanced
if (!known(a) && !known(b)) set label 44 NOTHING at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
plot 'data/pnl.tsv' using 1:($3 / PNL_FACTOR) with lines lc rgb FAINT lw 1.1, \
     'data/pnl.tsv' using 1:($2 / PNL_FACTOR) with lines lc rgb BLUE lw 1.5
unset label 41; unset label 42; unset label 44

# ---- hedging error of each step
eval 'set xtics '.TIME_TICS
eval panel(LEFT, RIGHT, 0.060, 0.185); eval heading(PAGE, 0.185)
set label 901 bold('Hedging error of each step')
set label 902 ERROR_UNIT.'; grey: not counted (stale or short)'
set yrange [ERROR_LO:ERROR_HI]; set ytics ERROR_STEP; set format y ERROR_FORMAT
colour(error, counted) = counted > 0 ? (error < 0 ? 0xD55E00 : 0x0072B2) : 0x98a2ad
# Few steps get bars, each over its own time; many get one thin line each.
is_bars = N_STEPS > 1 && N_STEPS <= 200
step = is_bars ? (T1 - T0) / (N_STEPS - 1) : 0
s = ERROR_STD / ERROR_FACTOR; v = VAR95 / ERROR_FACTOR
if (known(s)) set arrow 41 from T0,s to T1,s nohead lc rgb MUTED lw 0.8 dt 3 front
if (known(s)) set arrow 42 from T0,-s to T1,-s nohead lc rgb MUTED lw 0.8 dt 3 front
gap = 0.14 * (ERROR_HI - ERROR_LO)
if (known(s)) set label 41 '±σ  '.ERROR_STD_TEXT at T1,(known(v) ? apart(s, -v, gap, 1) : s) left offset 0.8,0 tc rgb MUTED font SMALL noenhanced
if (known(v)) set arrow 43 from T0,-v to T1,-v nohead lc rgb VERMILION lw 0.8 front
if (known(v)) set label 43 'VaR 95 %  '.VAR95_TEXT at T1,(known(s) ? apart(-v, s, gap, 0) : -v) left offset 0.8,0 tc rgb VERMILION font SMALL noenhanced
set style fill solid 1.0 noborder
if (is_bars) {
  plot 'data/error.tsv' using ($1 - step / 2):($2 / ERROR_FACTOR):(0.7 * step):(colour($2, $3)) with boxes lc rgb variable
} else {
  plot 'data/error.tsv' using 1:($2 / ERROR_FACTOR):(colour($2, $3)) with impulses lc rgb variable lw inside(700. / (N_STEPS + 1), 0.6, 2)
}
do for [k = 41:43] { unset arrow k; unset label k }

# ---- where the PnL came from: a bridge from nought to the net, one row a term
eval panel(BRIDGE_LEFT, BRIDGE_RIGHT, 0.450, 0.795); eval heading(SIDE, 0.795)
set label 901 bold('Where the PnL came from')
set label 902 BRIDGE_UNIT.'; net delta = delta + hedge + collateral'
set xrange [BRIDGE_LO:BRIDGE_HI]; set yrange [N_BRIDGE - 0.4:-0.6]
set border 0; unset ytics; unset grid; unset xzeroaxis
unset xtics; set xtics nomirror scale 0 BRIDGE_STEP offset 0,0.3 tc rgb MUTED font SMALL; set format x BRIDGE_FORMAT
set grid xtics lc rgb GRID lw 0.9 lt 1
set arrow 41 from 0,graph 0 to 0,graph 1 nohead lc rgb MUTED lw 0.9 front
bar(kind, from, to) = kind == 2 ? 0x1f2933 : kind == 1 ? 0xE69F00 : (to >= from ? 0x0072B2 : 0xD55E00)
plot 'data/attribution.tsv' using (($2 + $3) / 2 / BRIDGE_FACTOR):1:($2 / BRIDGE_FACTOR):($3 / BRIDGE_FACTOR):($1 - 0.32):($1 + 0.32):(bar($4, $2, $3)) with boxxyerror lc rgb variable, \
     'data/attribution.tsv' using ($4 < 2 ? $3 / BRIDGE_FACTOR : NaN):($1 + 0.32):(0):(0.36) with vectors nohead lc rgb MUTED lw 0.7, \
     'data/attribution.tsv' using (BRIDGE_LO):1:5 with labels right offset -0.8,0 tc rgb INK font SMALL noenhanced, \
     'data/attribution.tsv' using (BRIDGE_HI):1:6 with labels right offset 9.3,0 tc rgb INK font SMALL noenhanced
unset arrow 41

# ---- distribution of the hedging error
eval panel(SIDE_LEFT, SIDE_RIGHT, 0.060, 0.345); eval heading(SIDE, 0.345)
set label 901 bold('Distribution of the hedging error')
set label 902 BINS_UNIT.' across, '.COUNT_UNIT.' up; '.BINS_NOTE
set border 3 lc rgb RULE lw 0.9
set xrange [BINS_LO:BINS_HI]; set yrange [0:COUNT_HI * 1.2]
unset grid; set grid ytics lc rgb GRID lw 0.9 lt 1
unset xtics; set xtics nomirror out scale 0.45 BINS_STEP offset 0,0.15 tc rgb MUTED font SMALL; set format x BINS_FORMAT
set ytics nomirror out scale 0.45 COUNT_STEP tc rgb MUTED font SMALL; set format y COUNT_FORMAT
v = -VAR95 / BINS_FACTOR; e = -ES95 / BINS_FACTOR
if (known(v)) set arrow 41 from v,0 to v,graph 0.86 nohead lc rgb VERMILION lw 1.0 front
if (known(e)) set arrow 42 from e,0 to e,graph 0.86 nohead lc rgb VERMILION lw 1.3 dt 2 front
if (known(v)) set label 41 '— VaR 95 %  '.VAR95_TEXT at graph 0.02,graph 0.97 left tc rgb VERMILION font SMALL noenhanced
if (known(e)) set label 42 '-- ES 95 %  '.ES95_TEXT at graph 0.02,graph 0.91 left tc rgb VERMILION font SMALL noenhanced
if (known(COUNTED_STD) && COUNTED_STD > 0) set label 43 '— normal, same mean and σ' at graph 0.98,graph 0.97 right tc rgb INK font SMALL noenhanced
normal(x) = N_COUNTED / COUNT_FACTOR * BIN_WIDTH / COUNTED_STD / sqrt(2 * pi) * exp(-0.5 * ((x * BINS_FACTOR - COUNTED_MEAN) / COUNTED_STD)**2)
set samples 400
if (N_BINS > 0) {
  if (known(COUNTED_STD) && COUNTED_STD > 0) {
    plot 'data/histogram.tsv' using ($1 / BINS_FACTOR):($2 / COUNT_FACTOR):(0.94 * BIN_WIDTH / BINS_FACTOR) with boxes lc rgb '#a9cbe6', normal(x) with lines lc rgb INK lw 1.2
  } else {
    plot 'data/histogram.tsv' using ($1 / BINS_FACTOR):($2 / COUNT_FACTOR):(0.94 * BIN_WIDTH / BINS_FACTOR) with boxes lc rgb '#a9cbe6'
  }
} else {
  set label 44 NOTHING at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
  plot NaN
}

unset multiplot
set output
