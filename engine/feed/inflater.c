/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/inflater.h"

const rh_inflater *const rh_inflaters[] = {
#ifdef REHEDGE_HAVE_ISAL
    &rh_inflater_isal,
#endif
    &rh_inflater_zlib,
    NULL,
};

static const rh_inflater *chosen;

const rh_inflater *rh_inflater_now(void) {
    return chosen ? chosen : rh_inflaters[0];
}

void rh_inflater_use(const rh_inflater *inflater) {
    chosen = inflater;
}
