/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instrument/evidence.h"

const char *rh_evidence_text(rh_evidence evidence) {
    static const char *const names[] = {"quote", "mark",  "trade", "one-sided",
                                        "model", "stale", "user",  "nothing"};
    return names[evidence];
}
