# SPDX-License-Identifier: GPL-3.0-or-later
# bar_closes.awk: hourly CryptoDataDownload bars, newest first, as "second close" of their end, to
# be sorted.

BEGIN {
    FS = ","
    OFMT = "%.17g"
}

$1 + 0 > 0 {
    print $1 / 1000 + 3600, $7
}
