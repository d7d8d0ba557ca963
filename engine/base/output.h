/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output.h: files that appear whole or not at all.
 *
 * An output is a temporary file `.NAME.tmp-PID` beside its target. Committing it writes out what
 * is buffered, syncs the file, renames it over the target and syncs the directory; until then an
 * older file of that name stays as it was, whatever happens to this process. Abandoning it, or a
 * failure at any point, removes the temporary file. What a killed process left behind is removed
 * by the next output to the same target.
 *
 * A target that is a symbolic link is followed, one that exists keeps its permissions. Targets
 * that aren't regular files (directories, /dev/null) or aren't writable are refused, and missing
 * directories aren't made. An output belongs to one thread.
 */
#ifndef RH_BASE_OUTPUT_H
#define RH_BASE_OUTPUT_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct rh_output rh_output;

/* Makes the temporary file. Fails with RH_FAILED and a sentence that names the target. */
rh_status rh_output_create(const char *path, rh_output **out, rh_error *error);

/* Append. A write that fails is remembered, all later ones do nothing, and the commit reports it.
 */
void rh_output_write(rh_output *output, const void *bytes, size_t count);
void rh_output_text(rh_output *output, const char *text);
void rh_output_printf(rh_output *output, const char *format, ...) RH_PRINTF(2, 3);

/* Of the temporary file, for those who write it themselves (SQLite, gnuplot) instead of through
 * the functions above. They must write into the file that is there, not replace it, and be done
 * before the commit. Belongs to the output. */
const char *rh_output_temporary(const rh_output *output);

/* Both free `output`. If the commit fails, the temporary file is gone and the old target is
 * still there, except where only the last step, syncing the directory, failed; the message says
 * so. NULL is harmless to abandon. */
rh_status rh_output_commit(rh_output *output, rh_error *error);
void rh_output_abandon(rh_output *output);

/* For tests. After `operations` more system calls (open, write, fsync, close, rename, fsync of
 * the directory) every further one fails with EIO; after `bytes` more bytes every further one is
 * refused with ENOSPC, the write in which it falls being cut short. UINT64_MAX means never. */
void rh_output_fail_after(uint64_t operations);
void rh_output_fail_after_bytes(uint64_t bytes);

#endif
