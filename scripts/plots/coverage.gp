# SPDX-License-Identifier: GPL-3.0-or-later
# coverage.gp: which rows of market data there are, by instrument and time. Draw it again after any
# edit, in this folder:
#   gnuplot coverage.gp                       coverage.png
#   gnuplot -e "fmt='svg'" coverage.gp        coverage.svg (also pdf)
# What it draws is in data/: coverage.gp (texts, ranges) and coverage.tsv (line, from, to, share).
SHEET = 'coverage'
load 'theme.gp'
load 'data/coverage.gp'

PAGE = 0.032; LEFT = 0.245; RIGHT = 0.975; BOTTOM = 0.065; TOP_EDGE = 0.895
ROOM = N_LINES < 14 ? 14 : N_LINES # few lines stay slim

set label 1 bold(TITLE) at screen PAGE,0.970 left tc rgb INK font TOP
set label 2 'Rows of market data by instrument and time; a cell is '.SLOT.' wide, darker with more rows (log); white: none' at screen PAGE,0.940 left tc rgb MUTED font PLAIN noenhanced
if (N_LEFT_OUT > 0) set label 3 sprintf('%d more lines are in the table', N_LEFT_OUT) at screen RIGHT,0.940 right tc rgb MUTED font PLAIN noenhanced

eval panel(LEFT, RIGHT, BOTTOM, TOP_EDGE)
set xdata time
set timefmt '%s'
set xrange [FROM:TO]
set yrange [ROOM + 0.5:0.5]
set format x (TO - FROM > 10 * 86400 ? "%d %b\n%Y" : "%d %b\n%H:%M") timedate
set border 1
unset ytics
set grid xtics lc rgb GRID lw 0.9 lt 1
do for [k = 1:N_LINES] {
  set label 100 + k NAME[k] at screen LEFT - 0.008,first k right tc rgb INK font SMALL noenhanced
}
shade(s) = (f = 0.18 + 0.82 * s, 65536 * int(255 - f * 255) + 256 * int(255 - f * (255 - 114)) + int(255 - f * (255 - 178)))
plot 'data/coverage.tsv' using 2:1:2:3:($1 - 0.34):($1 + 0.34):(shade($4)) with boxxyerror fillstyle solid noborder lc rgb variable
