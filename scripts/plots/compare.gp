# SPDX-License-Identifier: GPL-3.0-or-later
# compare.gp: the lanes of a comparison on one page. Draw it again after any edit, in this folder:
#   gnuplot compare.gp                        compare.png
#   gnuplot -e "fmt='svg'" compare.gp         compare.svg (also pdf)
# What it draws is in data/: compare.gp (texts, units, ranges) and one table per panel.
SHEET = 'compare'
load 'theme.gp'
load 'data/compare.gp'

PAGE = 0.032
RANK_LEFT = 0.782; RANK_RIGHT = 0.930; RANK = 0.622; SIDE_RIGHT = 0.982
PNL_LEFT = 0.062; PNL_RIGHT = 0.290
LAW = 0.436; LAW_LEFT = 0.470; LAW_RIGHT = 0.640
SHAPE = 0.682; SHAPE_LEFT = 0.782
LOW = 0.060; LOW_TOP = 0.345; TOP_LOW = 0.450; TOP_TOP = 0.795
GREY = 0x98a2ad

NOTHING = 'nothing known'
array COLOURS[7] = [0x0072B2, 0xD55E00, 0x009E73, 0xE69F00, 0x56B4E9, 0xCC79A7, 0x7B5B3A]
colour(group) = group < 0 ? 0x1f2933 : group < 7 ? COLOURS[int(group) + 1] : GREY
hex(group) = sprintf('#%06x', colour(group))
# lighter for further lines of one group
tint(c, share) = int(c + share * (255 - c))
tinted(group, k) = (share = k < 5 ? 0.13 * k : 0.6, c = colour(group), sprintf('#%02x%02x%02x', tint(c / 65536, share), tint(c / 256 % 256, share), tint(c % 256, share)))
place(v, is_log, factor, zero) = is_log ? (v > 0 ? log10(v / factor) : v == 0 ? zero : NaN) : v / factor
cost(v) = place(v, COST_LOG, COST_FACTOR, COST_ZERO)
sigma(v) = place(v, SIGMA_LOG, SIGMA_FACTOR, SIGMA_ZERO)
trades(v) = place(v, TRADES_LOG, TRADES_FACTOR, TRADES_ZERO)
total(v) = place(v, TOTAL_LOG, TOTAL_FACTOR, TOTAL_ZERO)
ranked(v) = place(v, RANKED_LOG, RANKED_FACTOR, RANKED_ZERO)
# gnuplot warns of plots without a known point; what isn't meant or known lies far outside.
AWAY = -1e9
at(is_meant, v) = is_meant && v == v ? v : AWAY
$AWAY << EOD
0	0	-1e9	-1e9	-1e9	-1e9	0	0	0
EOD
DOT = MARK * (IS_CROWDED ? 0.55 : 0.95)

set errorbars 0
set multiplot

# ---- heading and key figures
set label 1 bold(TITLE) at screen PAGE,0.970 left tc rgb INK font TOP
set label 2 SUBTITLE at screen PAGE,0.943 left tc rgb MUTED font PLAIN noenhanced
set label 3 SUBTITLE2 at screen PAGE,0.925 left tc rgb MUTED font PLAIN noenhanced
array KPI_X[6] = [PAGE, 0.140, 0.332, 0.524, 0.690, 0.840]
do for [k = 1:N_KPI] {
  set label 10 + k bold(KPI[k]) at screen KPI_X[k],0.888 left tc rgb INK font FIGURE
  set label 20 + k KPI_NAME[k] at screen KPI_X[k],0.867 left tc rgb MUTED font SMALL noenhanced
}
set label 30 FOOTER.' · drawn by compare.gp, which can be edited' at screen PAGE,0.014 left tc rgb FAINT font TINY noenhanced
set arrow 1 from screen PAGE,0.852 to screen SIDE_RIGHT,0.852 nohead lc rgb RULE lw 1

# ---- cost against hedging error
eval panel(FRONTIER_LEFT, FRONTIER_RIGHT, FRONTIER_BOTTOM, FRONTIER_TOP); eval heading(PAGE, FRONTIER_TOP)
set label 901 bold('Cost against hedging error')
set label 902 SIGMA_NAME.', '.SIGMA_UNIT.' (up'.(SIGMA_LOG ? ', log' : '').'), total cost, '.COST_UNIT.' (across'.(COST_LOG ? ', log' : '').'); the line is the frontier'.(HAS_BARS && N_BARS > 0 ? '; bars: 95 %' : '')
set xrange [COST_LO:COST_HI]; set yrange [SIGMA_LO:SIGMA_HI]
eval 'set xtics '.COST_TICS; eval 'set ytics '.SIGMA_TICS
set grid xtics ytics lc rgb GRID lw 0.9 lt 1
do for [k = 1:N_LABELS] {
  set label 100 + k LABEL[k] at LABEL_X[k],LABEL_Y[k] left tc rgb (LABEL_KIND[k] == 2 ? INK : MUTED) font SMALL noenhanced front
  if (LABEL_FAR[k]) { set arrow 100 + k from LABEL_FROM_X[k],LABEL_FROM_Y[k] to LABEL_TO_X[k],LABEL_TO_Y[k] nohead lc rgb FAINT lw 0.7 back }
}
legend_x = LEGEND_IS_LOW ? FRONTIER_LEFT + 0.012 : FRONTIER_RIGHT - 0.116
legend_y = LEGEND_IS_LOW ? FRONTIER_BOTTOM + 0.0135 * (N_LEGEND - 0.2) : FRONTIER_TOP - 0.008
do for [k = 1:N_LEGEND] {
  y = legend_y - 0.0135 * (k - 1)
  set label 200 + k LEGEND[k] at screen legend_x + 0.010,y left tc rgb MUTED font SMALL noenhanced front
  set label 220 + k '' at screen legend_x,y point pt (LEGEND_KIND[k] == 2 ? 13 : LEGEND_KIND[k] == 1 ? 6 : 7) ps MARK * (LEGEND_KIND[k] == 2 ? 1.3 : 0.9) lc rgb hex(LEGEND_GROUP[k]) front
}
if (N_DRAWN == 0) {
  set label 99 NOTHING at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
  plot NaN
} else {
  plot 'data/frontier.tsv' using (cost($1)):(sigma($2)) with lines lc rgb '#b8c4d0' lw 2.2, \
       (HAS_BARS && N_BARS > 0 ? 'data/lanes.tsv' : '$AWAY') using (at(1, cost($3))):(at(1, sigma($4))):(at(1, sigma($5))):(at(1, sigma($6))):(colour($2) + 0x90000000) with yerrorbars pt 0 ps 0 lw 0.9 lc rgb variable, \
       'data/lanes.tsv' using (at($9 == 0, cost($3))):(at(1, sigma($4))):(colour($2) + (IS_CROWDED ? 0x50000000 : 0)) with points pt 7 ps DOT lc rgb variable, \
       'data/lanes.tsv' using (at($9 == 1, cost($3))):(at(1, sigma($4))) with points pt 7 ps DOT lc rgb PAPER, \
       'data/lanes.tsv' using (at($9 == 1, cost($3))):(at(1, sigma($4))):(colour($2)) with points pt 6 ps DOT lw 1.3 lc rgb variable, \
       'data/lanes.tsv' using (at($9 == 2, cost($3))):(at(1, sigma($4))):(colour($2)) with points pt 13 ps DOT * 1.9 lc rgb variable, \
       'data/lanes.tsv' using (at($9 == 2, cost($3))):(at(1, sigma($4))) with points pt 12 ps DOT * 1.9 lw 1.1 lc rgb INK
}
do for [k = 1:30] { unset label k }
do for [k = 99:100 + N_LABELS] { unset label k; unset arrow k }
do for [k = 200:240] { unset label k }
unset arrow 1

# ---- the lanes in order, or a heat map of two swept keys
if (IS_GRID) {
  eval panel(RANK + 0.048, SIDE_RIGHT, TOP_LOW + 0.020, TOP_TOP); eval heading(RANK, TOP_TOP)
  set label 901 bold('Hedging error by two parameters')
  set label 902 SIGMA_NAME.', '.GRID_UNIT.'; across: '.ACROSS_KEY.', up: '.UP_KEY
  set border 0; unset grid; unset xtics; unset ytics
  set xrange [-0.5:N_ACROSS - 0.5]; set yrange [-0.5:N_UP - 0.5]
  do for [k = 1:N_ACROSS] { set label 100 + k ACROSS[k] at k - 1,graph 0 center offset 0,-0.8 tc rgb MUTED font SMALL noenhanced }
  do for [k = 1:N_UP] { set label 150 + k UP[k] at graph 0,first k - 1 right offset -0.6,0 tc rgb MUTED font SMALL noenhanced }
  # viridis, the best at its bright end
  set palette defined (0 '#fde725', 0.125 '#addc30', 0.25 '#5ec962', 0.375 '#28ae80', 0.5 '#21918c', 0.625 '#2c728e', 0.75 '#3b528b', 0.875 '#472d7b', 1 '#440154')
  set cbrange [0:1]; unset colorbox
  set style fill solid 1.0 noborder
  gap = 0.5 - 0.012 * N_ACROSS / 7.; gap_up = 0.5 - 0.012 * N_UP / 7.
  plot 'data/cells.tsv' using 1:2:($1 - gap):($1 + gap):($2 - gap_up):($2 + gap_up):3 with boxxyerror lc palette, \
       'data/cells.tsv' using ($4 == 1 ? $1 : NaN):2:($1 - 0.5):($1 + 0.5):($2 - 0.5):($2 + 0.5) with boxxyerror fs empty border lc rgb VERMILION lw 3 lc rgb VERMILION, \
       'data/cells.tsv' using 1:2:5:($3 > 0.42 ? 0xffffff : 0x1f2933) with labels center tc rgb variable font TINY noenhanced
  do for [k = 100:200] { unset label k }
} else {
  rows = N_RANKED + RANKED_GAP
  eval panel(RANK_LEFT, RANK_RIGHT, rows < 12 ? TOP_TOP - 0.028 * (rows + 0.2) : TOP_LOW, TOP_TOP); eval heading(RANK, TOP_TOP)
  set label 901 bold(N_UNRANKED > 0 ? 'Lanes of the lowest hedging error' : 'Lanes by hedging error')
  set label 902 SIGMA_NAME.', '.RANKED_UNIT.(RANKED_LOG ? ', log' : '').(N_RANKED_BARS > 0 ? ', bars: 95 %' : '').(N_UNRANKED > 0 ? sprintf('; %d more are not shown', N_UNRANKED) : '')
  unset ytics; unset grid; set border 0
  set xrange [RANKED_LO:RANKED_HI]; set yrange [(rows > 0 ? rows - 0.4 : 0.6):-0.6]
  eval 'set xtics nomirror scale 0 offset 0,0.3 '.RANKED_TICS.' tc rgb MUTED font SMALL'
  set grid xtics lc rgb GRID lw 0.9 lt 1
  do for [k = 1:N_RANKED] {
    row = k - 1 + (RANKED_GAP && k == N_RANKED ? 1 : 0)
    set label 100 + k RANKED[k] at graph 0,first row right offset -0.8,0 tc rgb INK font SMALL noenhanced
    set label 150 + k RANKED_TEXT[k] at graph 1,first row right offset 7.6,0 tc rgb (RANKED_KIND[k] == 2 ? INK : MUTED) font SMALL noenhanced
  }
  if (RANKED_GAP) { set label 99 '…' at graph 0,first N_RANKED - 1 right offset -0.8,0.3 tc rgb MUTED font SMALL }
  if (N_RANKED > 0) {
    plot (N_RANKED_BARS > 0 ? 'data/ranked.tsv' : '$AWAY') using (at(1, ranked($3))):1:(at(1, ranked($4)) - at(1, ranked($3))):(0):(colour($5) + 0x70000000) with vectors nohead lw 2.2 lc rgb variable, \
         'data/ranked.tsv' using (at($6 == 0, ranked($2))):1:(colour($5)) with points pt 7 ps MARK * 0.95 lc rgb variable, \
         'data/ranked.tsv' using (at($6 == 1, ranked($2))):1 with points pt 7 ps MARK * 0.95 lc rgb PAPER, \
         'data/ranked.tsv' using (at($6 == 1, ranked($2))):1:(colour($5)) with points pt 6 ps MARK * 0.95 lw 1.3 lc rgb variable, \
         'data/ranked.tsv' using (at($6 == 2, ranked($2))):1:(colour($5)) with points pt 13 ps MARK * 1.7 lc rgb variable, \
         'data/ranked.tsv' using (at($6 == 2, ranked($2))):1 with points pt 12 ps MARK * 1.7 lw 1.1 lc rgb INK
  } else {
    set label 99 NOTHING at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
    plot NaN
  }
  do for [k = 99:180] { unset label k }
}

# ---- cumulative PnL of the leaders
set border 3 lc rgb RULE lw 0.9
eval panel(PNL_LEFT, PNL_RIGHT, LOW, LOW_TOP); eval heading(PAGE, LOW_TOP)
set label 901 bold(LEADERS_NAME)
set label 902 PNL_UNIT.', after all costs; '.(GROUPED_BY eq 'lane' ? 'lanes of lowest σ' : 'the best of each '.GROUPED_BY.' first') noenhanced
unset xtics; unset ytics; unset grid
set grid ytics lc rgb GRID lw 0.9 lt 1
set xrange [T0:T1]; eval 'set xtics nomirror out scale 0.45,0.25 '.TIME_TICS.' tc rgb MUTED font SMALL'
set yrange [PNL_LO:PNL_HI]; set ytics nomirror out scale 0.45 PNL_STEP tc rgb MUTED font SMALL; set format y PNL_FORMAT
set xzeroaxis lc rgb RULE lw 1 lt 1
do for [k = 1:N_LEADERS] { set label 100 + k LEADER_TEXT[k] at T1,LEADER_AT[k] left offset 0.8,0 tc rgb (LEADER_GROUP[k] < 0 ? MUTED : tinted(LEADER_GROUP[k], LEADER_DASH[k] / 2)) font SMALL noenhanced }
if (N_LEADERS > 0) {
  plot for [k = N_LEADERS:1:-1] 'data/leaders.tsv' using 2:($3 / PNL_FACTOR) index k - 1 with lines lw (k == 1 ? 2.0 : 1.2) lc rgb (LEADER_GROUP[k] < 0 ? FAINT : tinted(LEADER_GROUP[k], LEADER_DASH[k]))
} else {
  set label 99 'no steps of any lane are stored' at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
  plot NaN
}
do for [k = 99:110] { unset label k }
unset xzeroaxis

# ---- error against the number of rebalances, and the law of theory
eval panel(LAW_LEFT, LAW_RIGHT, LOW, LOW_TOP); eval heading(LAW, LOW_TOP)
set label 901 bold(HAS_LELAND ? 'Error and cost against rebalances' : 'Error against rebalances')
set label 902 TOTAL_NAME.(HAS_LELAND ? ' and cost, ' : ', ').TOTAL_UNIT.' (up'.(TOTAL_LOG ? ', log' : '').'), number'.(TRADES_LOG ? ', log' : '')
set format y '%g'
unset xtics; unset ytics; unset grid
set xrange [TRADES_LO:TRADES_HI]; set yrange [TOTAL_LO:TOTAL_HI]
eval 'set xtics nomirror out scale 0.45,0.25 '.TRADES_TICS.' tc rgb MUTED font SMALL'; eval 'set ytics nomirror out scale 0.45,0.25 '.TOTAL_TICS.' tc rgb MUTED font SMALL'
set grid xtics ytics lc rgb GRID lw 0.9 lt 1
if (HAS_THEORY && !HAS_LELAND) {
  set label 101 '— Derman–Kamal, 1/√N' at graph 0.04,graph 0.05 left tc rgb INK font SMALL noenhanced front
}
if (HAS_LELAND) { # the lines cross, and leave no corner free
  set label 101 (HAS_THEORY ? '— σ: Derman–Kamal, 1/√N    ' : '').'- - cost of interval rules (◇): Leland, √N' at screen LAW,0.014 left tc rgb INK font TINY noenhanced
}
if (N_TRADED == 0) {
  set label 101 'no lane rebalances' at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
  plot NaN
} else {
  plot 'data/lanes.tsv' using (at($7 > 0 && $9 != 1, trades($7))):(at(1, total($8))):(colour($2) + (IS_CROWDED ? 0x50000000 : 0)) with points pt 7 ps DOT * 0.85 lc rgb variable, \
       'data/lanes.tsv' using (at($7 > 0 && $9 == 1, trades($7))):(at(1, total($8))):(colour($2)) with points pt 6 ps DOT * 0.85 lw 1.2 lc rgb variable, \
       'data/lanes.tsv' using (at(HAS_LELAND && $10 > 0, trades($7))):(at(HAS_LELAND, total($10))):(colour($2)) with points pt 12 ps DOT * 0.85 lw 1.2 lc rgb variable, \
       'data/theory.tsv' using (HAS_THEORY ? trades($1) : AWAY):(HAS_THEORY ? total($2) : AWAY) with lines lc rgb INK lw 1.2, \
       'data/leland.tsv' using (HAS_LELAND ? trades($1) : AWAY):(HAS_LELAND && $2 > 0 ? total($2) : AWAY) with lines lc rgb INK lw 1.2 dt 2
}
unset label 101

# ---- distribution of the hedging error by rule
eval panel(SHAPE_LEFT, SIDE_RIGHT, LOW, LOW_TOP); eval heading(SHAPE, LOW_TOP)
set label 901 bold('Hedging error by '.GROUPED_BY)
set label 902 SHAPE_UNIT.'; shape: all its lanes; bars of the best: 5–95 %, quartiles'.(N_GROUPS > N_SHAPES ? sprintf('; %d more', N_GROUPS - N_SHAPES) : '')
unset xtics; unset ytics; unset grid; set border 0
set xrange [SHAPE_LO:SHAPE_HI]; set yrange [(N_SHAPES > 3 ? N_SHAPES - 0.4 : 3.4):-0.6]
set xtics nomirror scale 0 SHAPE_STEP offset 0,0.3 tc rgb MUTED font SMALL; set format x SHAPE_FORMAT
set grid xtics lc rgb GRID lw 0.9 lt 1
set arrow 41 from 0,graph 0 to 0,graph 1 nohead lc rgb RULE lw 1 back
do for [k = 1:N_SHAPES] { set label 100 + k SHAPE_NAME[k] at graph 0,first k - 1 right offset -0.8,0 tc rgb hex(k - 1) font SMALL noenhanced }
if (N_SHAPES > 0) {
  plot for [k = 1:N_SHAPES] 'data/density.tsv' using ($1 / SHAPE_FACTOR):($2 - 0.42 * $3):($2 + 0.42 * $3) index k - 1 with filledcurves lc rgb sprintf('#b0%06x', colour(k - 1)), \
       'data/spread.tsv' using ($2 / SHAPE_FACTOR):1:(($6 - $2) / SHAPE_FACTOR):(0) with vectors nohead lw 1.1 lc rgb INK, \
       'data/spread.tsv' using ($3 / SHAPE_FACTOR):1:(($5 - $3) / SHAPE_FACTOR):(0) with vectors nohead lw 4.5 lc rgb INK, \
       'data/spread.tsv' using ($4 / SHAPE_FACTOR):1 with points pt 7 ps MARK * 0.45 lc rgb PAPER
} else {
  set label 99 NOTHING at graph 0.5,graph 0.5 center tc rgb MUTED font PLAIN
  plot NaN
}

unset multiplot
set output
