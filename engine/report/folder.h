/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folder.h: a folder of pictures: made, with the scripts that draw them beside their data. */
#ifndef RH_REPORT_FOLDER_H
#define RH_REPORT_FOLDER_H

#include "base/status.h"

/* Makes a directory and those above it. */
rh_status rh_folder_make(const char *path, rh_error *error);

/* Copies theme.gp and `script` into `directory`. They come from $REHEDGE_DATA/plots, else from the
 * installation seen from the program, else from the one that was configured. */
rh_status rh_folder_take_script(const char *directory, const char *script, rh_error *error);

#endif
