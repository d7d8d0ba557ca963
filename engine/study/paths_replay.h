/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paths_replay.h: paths one by one through the engine, whatever the cases are. */
#ifndef RH_STUDY_PATHS_REPLAY_H
#define RH_STUDY_PATHS_REPLAY_H

#include "study/paths.h"

/* As rh_paths_run, with the place of each case's n_paths records in records[i]. */
rh_status rh_paths_replay(const rh_paths_terms *terms, rh_path_record *const *records,
                          rh_status *status, rh_error *errors, rh_error *error);

#endif
