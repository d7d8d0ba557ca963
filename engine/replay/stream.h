/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream.h: instants, wherever they come from: read here, or by another thread. */
#ifndef RH_REPLAY_STREAM_H
#define RH_REPLAY_STREAM_H

#include "base/status.h"
#include "instrument/event.h"

#include <stddef.h>

typedef struct {
    void *self;
    /* When the next instant is known; RH_NEVER at the end, or where take has an error to tell. */
    rh_time (*next_time)(void *self);
    /* Takes it; *events stays valid until the next call. 0 events: the end. */
    rh_status (*take)(void *self, const rh_event **events, size_t *count, rh_error *error);
} rh_stream;

#endif
