/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/finding.h"

static const rh_finding_entry table[RH_N_FINDINGS] = {
    [RH_FINDING_CROSSED] = {"crossed", "of the mid", 1, "a bid above the ask"},
    [RH_FINDING_LOCKED] = {"locked", "times", 0, "a bid equal to the ask"},
    [RH_FINDING_OFF_TICK] = {"off tick", "ticks", 1,
                             "a bid, an ask or a trade that is no multiple of the tick size"},
    [RH_FINDING_STALE_RUN] = {"stale run", "rows", 1,
                              "60 or more quotes or bars of anything but an option, one after "
                              "another, that repeat the same prices over an hour or more"},
    [RH_FINDING_SPIKE] = {"spike", "usual moves", 1,
                          "a price that moves by more than 25 times its usual move and 1 %, and "
                          "takes more than half of that back in its next move"},
    [RH_FINDING_DUPLICATE] = {"duplicate", "times", 1,
                              "a row that repeats the one before it of the same instrument, kind "
                              "and time in all numbers"},
    [RH_FINDING_DISORDER] = {"disorder", "s", 1,
                             "a row of an instrument that happened before the one known before it"},
    [RH_FINDING_FUTURE] = {"known early", "s", 1, "a row that was known before it happened"},
    [RH_FINDING_BAR_RANGE] = {"bar range", "of the close", 1,
                              "a bar whose high is below, or whose low is above, another of its "
                              "prices"},
    [RH_FINDING_BAR_MISSING] = {"bar missing", "bars", 1,
                                "bars that a regular series leaves out between two others"},
    [RH_FINDING_FUNDING_MISSING] = {"funding missing", "stamps", 1,
                                    "funding stamps left out between two others"},
    [RH_FINDING_FUNDING_OFF_GRID] = {"funding off grid", "s", 1,
                                     "a funding stamp that is no multiple of its interval from "
                                     "midnight UTC"},
    [RH_FINDING_FUNDING_LARGE] = {"funding large", "of notional", 1,
                                  "a funding rate above 0.5 % an interval, either way"},
    [RH_FINDING_INDEX_SPOT] = {"index off spot", "of spot", 1,
                               "an index more than 1 % from the spot price of the moment"},
    [RH_FINDING_MARK_INDEX] = {"mark off index", "of the index", 1,
                               "a perpetual's mark more than 2 % from the index of the moment"},
    [RH_FINDING_IV_RANGE] = {"iv range", "of 1.00", 1,
                             "an implied volatility outside 2 % to 500 % a year"},
    [RH_FINDING_IV_PRICE] = {"iv off price", "of the forward", 1,
                             "an implied volatility whose price lies more than a tick and 5 % "
                             "outside the quote, or off the mark, of the same instant"},
    [RH_FINDING_PRICE_BOUNDS] = {"price bounds", "of the forward", 1,
                                 "an option offered below its intrinsic value, or bid above its "
                                 "greatest, at the forward of the same instant"},
    [RH_FINDING_PARITY] = {"put-call parity", "of the forward", 1,
                           "a call and a put of one strike that can be traded against the forward "
                           "of the same instant at a gain"},
    [RH_FINDING_BOX] = {"box", "of the forward", 1,
                        "two strikes whose synthetic forwards can be traded against each other at "
                        "a gain"},
    [RH_FINDING_VERTICAL] = {"vertical", "of the forward", 1,
                             "of two neighbouring strikes the one worth less is bid above the ask "
                             "of the other"},
    [RH_FINDING_BUTTERFLY] = {"butterfly", "of the forward", 1,
                              "of three neighbouring strikes the middle one is bid above what its "
                              "wings are offered at"},
    [RH_FINDING_CALENDAR] = {"calendar", "of variance", 1,
                             "a total variance at the money that is lower at a later expiry"},
};

const rh_finding_entry *rh_finding_table(void) {
    return table;
}
