# SPDX-License-Identifier: GPL-3.0-or-later
# theme.gp: terminal, fonts, colours and panel geometry of every rehedge picture.
# gnuplot 5.4 or later. Set fmt ('png', 'svg', 'pdf'), out and font before loading to override.

if (!exists('fmt')) fmt = 'png'
if (!exists('out')) out = SHEET.'.'.fmt
if (!exists('font')) font = 'Inter' # fontconfig replaces it where it isn't installed

INK = '#1f2933'; MUTED = '#66717e'; FAINT = '#98a2ad'; RULE = '#c4cbd3'; GRID = '#e9edf1'
PAPER = '#ffffff'
# Okabe and Ito (2008), told apart by every kind of colour vision
BLUE = '#0072B2'; VERMILION = '#D55E00'; GREEN = '#009E73'; ORANGE = '#E69F00'; SKY = '#56B4E9'

# A browser has no fontconfig: the list of fonts goes into the attribute, its commas as entities,
# because gnuplot ends a font's name at a comma.
if (fmt eq 'svg') font = font.'&#44; ''DejaVu Sans''&#44; Helvetica&#44; Arial&#44; sans-serif'

set encoding utf8
if (fmt eq 'png') set terminal pngcairo size 1800,1440 enhanced font font.',13' background PAPER linewidth 1.6 rounded
if (fmt eq 'svg') set terminal svg size 1800,1440 enhanced font font.',17' background PAPER linewidth 1.6 rounded dynamic
if (fmt eq 'pdf') set terminal pdfcairo size 12.5in,10in enhanced font font.',13' background PAPER linewidth 1.1 rounded
set output out

# Sizes in points of the png; the other terminals count differently.
UNIT = (fmt eq 'svg') ? 17 / 13. : 1.0 # pdfcairo halves fonts (fontscale) on a page half as wide
MARK = (fmt eq 'svg') ? 0.75 : (fmt eq 'pdf') ? 0.65 : 1.4
size(points) = sprintf('%s,%.1f', font, points * UNIT)
TINY = size(10.5); SMALL = size(11.5); PLAIN = size(13); HEAD = size(15); FIGURE = size(20); TOP = size(25)

set minussign
set datafile separator '\t'
set datafile missing 'NaN'
unset key
set border 3 lc rgb RULE lw 0.9
set tics nomirror out scale 0.45,0.25 textcolor rgb MUTED font SMALL
set grid ytics lc rgb GRID lw 0.9 lt 1

# eval panel(...) sets the frame in screen coordinates: left, right, bottom, top
panel(l, r, b, t) = sprintf('set lmargin at screen %g; set rmargin at screen %g; set bmargin at screen %g; set tmargin at screen %g', l, r, b, t)

# Heading and unit line of a panel are labels 901 and 902, left at x above its top t; their texts are
# set beside. What goes through bold() must be constant, or escaped for enhanced text as data/run.gp is.
bold(text) = '{/:Bold '.text.'}'
heading(x, t) = sprintf('set label 901 at screen %g,screen %g left tc rgb INK font HEAD; set label 902 at screen %g,screen %g left tc rgb MUTED font SMALL noenhanced', x, t + 0.0300, x, t + 0.0135)

known(x) = (x == x)

# Heights of two labels that belong at a and b, at least `gap` apart: the place of a, or of b
# with the arguments exchanged and first = 0.
apart(a, b, gap, first) = abs(a - b) >= gap ? a : (a + b + (a > b || (a == b && first) ? gap : -gap)) / 2.
inside(x, low, high) = x < low ? low : x > high ? high : x
