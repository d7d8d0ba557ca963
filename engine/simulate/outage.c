/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/outage.h"

rh_sim_outage rh_sim_outage_step(const rh_scenario *scenario, const rh_sim_stream *stream,
                                 uint64_t step, uint32_t item, rh_sim_outage before) {
    if (scenario->dropout.probability <= 0.0)
        return RH_SIM_QUOTING;
    const rh_draw u = rh_sim_draw_uniform(stream, step, RH_SIM_DRAW_OUTAGE, item);
    if (before != RH_SIM_QUOTING)
        return u.a * (double)scenario->dropout.length < (double)scenario->step ? RH_SIM_QUOTING
                                                                               : before;
    if (u.a >= scenario->dropout.probability)
        return RH_SIM_QUOTING;
    return u.b < scenario->dropout.silent ? RH_SIM_SILENT : RH_SIM_SIDES_GONE;
}
