/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/random.h"

#include "pricing/normal.h"

rh_draw rh_sim_draw_uniform(const rh_sim_stream *stream, uint64_t step, rh_sim_draw_purpose purpose,
                            uint32_t item) {
    return rh_draw_uniform(
        &(rh_draw_place){stream->seed, step, stream->path, (uint32_t)purpose, item});
}

rh_draw rh_sim_draw_normal(const rh_sim_stream *stream, uint64_t step, rh_sim_draw_purpose purpose,
                           uint32_t item) {
    const rh_draw u = rh_sim_draw_uniform(stream, step, purpose, item);
    return (rh_draw){rh_normal_quantile(u.a), rh_normal_quantile(u.b)};
}

unsigned rh_poisson_quantile(double mean, double uniform) {
    enum { MOST = 1000 }; /* the tail beyond is below the smallest uniform number */
    double mass = rh_exp(-mean), below = mass;
    unsigned count = 0;
    while (uniform > below && count < MOST) {
        count++;
        mass *= mean / count;
        below += mass;
    }
    return count;
}
