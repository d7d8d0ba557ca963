/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results.h"

#include "base/database.h"
#include "results/schema.h"

rh_status rh_results_open(const char *path, struct sqlite3 **out, rh_error *error) {
    static const rh_database_kind kind = {
        .application_id = RH_RESULTS_APPLICATION_ID,
        .newest = RH_RESULTS_VERSION,
        .name = "results file",
        .makers = "`rehedge run` and `rehedge compare` write them",
    };
    return rh_database_open(path, &kind, 0, out, error);
}
