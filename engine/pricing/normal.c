/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/normal.h"

#include "pricing/quantile_kernel.h"

double rh_normal_quantile(double p) {
    const double centred = p - 0.5;
    if (!(p >= 0.0 && p <= 1.0))
        return NAN;
    if (p == 0.0 || p == 1.0)
        return p == 0.0 ? -INFINITY : INFINITY;
    if (fabs(centred) <= RH_QUANTILE_MIDDLE)
        return rh_quantile_middle(centred);
    const double depth = rh_quantile_depth(centred < 0.0 ? p : 1.0 - p);
    const double size = depth <= RH_QUANTILE_FAR ? rh_quantile_tail(depth) : rh_quantile_far(depth);
    return centred < 0.0 ? -size : size;
}
