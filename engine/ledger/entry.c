/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/entry.h"

const char *rh_fill_reason_text(rh_fill_reason reason) {
    static const char *const names[] = {"open", "hedge", "close", "settle", "liquidate"};
    return names[reason];
}

const char *rh_flow_reason_text(rh_flow_reason reason) {
    static const char *const names[] = {"premium",    "hedge",    "fee",  "funding",
                                        "settlement", "interest", "sweep"};
    return names[reason];
}

const char *rh_term_text(rh_term term) {
    static const char *const names[RH_N_TERMS] = {
        "delta", "gamma",  "theta",  "vega",       "vanna",      "volga",
        "charm", "basis",  "hedge",  "collateral", "interest",   "funding",
        "fee",   "spread", "impact", "latency",    "settlement", "residual"};
    return names[term];
}
