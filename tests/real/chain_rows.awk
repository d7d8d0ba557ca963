# SPDX-License-Identifier: GPL-3.0-or-later
# chain_rows.awk: an OptionsDX chain as "instrument ts bid iv forward expiry strike right", by the
# names of its columns; right is 1 or -1, iv a fraction.

BEGIN {
    FS = ", *"
    OFMT = "%.17g"
}

FNR == 1 {
    for (i = 1; i <= NF; i++)
        column[substr($i, 2, length($i) - 2)] = i
    next
}

{
    print $column["INSTRUMENT_NAME"], $column["QUOTE_UNIXTIME"], $column["BID_PRICE"] + 0,
        $column["MARK_IV"] / 100, $column["UNDERLYING_PRICE"] + 0, $column["EXPIRY_UNIX"],
        $column["STRIKE"] + 0, $column["OPTION_RIGHT"] == "call" ? 1 : -1
}
