/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source_kind.h: what a kind of source has to do.
 *
 * source.c is the front: it chooses the kind from the spec, counts events and keeps errors in
 * place. A kind is a `static const` record of functions over its own state; in here an error is
 * never NULL. To add one: write source_*.c, declare its record below, and choose it in source.c.
 */
#ifndef RH_FEED_SOURCE_KIND_H
#define RH_FEED_SOURCE_KIND_H

#include "feed/source.h"

typedef struct {
    /* *state is set only on success. The spec's texts and the catalogue outlive the state. */
    rh_status (*open)(const rh_source_spec *spec, uint16_t number, const rh_catalogue *catalogue,
                      void **state, rh_error *error);

    /* Adds events behind the first *got of the block, which come in as 0, and fewer than there is
     * room for only at the end. The *got events count also where it fails behind them; it is not
     * called again after the end or a failure. */
    rh_status (*fill)(void *state, rh_event *block, size_t capacity, size_t *got, rh_error *error);

    /* The same of events that the state has in memory: *events is where, until the next call; 0 of
     * them at the end only. NULL: it has none. */
    rh_status (*lend)(void *state, size_t capacity, const rh_event **events, size_t *got,
                      rh_error *error);

    /* No event is known earlier; NULL: that can't be told without reading. */
    rh_time (*begins)(const void *state);

    int is_summed_up; /* the summary is complete from the start */

    /* See rh_source_place; NULL: that can't be told. */
    void (*place)(const void *state, int64_t *done, int64_t *total);

    /* All but the number of events, which is the front's. */
    void (*summarise)(const void *state, rh_source_summary *out);
    void (*counts)(const void *state, uint32_t instrument, uint64_t *rows, uint64_t *gaps);
    void (*close)(void *state);

    rh_status (*names)(const rh_source_spec *spec, void (*each)(void *user, const char *name),
                       void *user, rh_error *error);
} rh_source_kind;

extern const rh_source_kind rh_source_of_file;   /* source_file.c */
extern const rh_source_kind rh_source_of_store;  /* source_store.c */
extern const rh_source_kind rh_source_of_series; /* source_series.c */

/* For a series of states of rh_source_of_file: the length of a bar, 0 if it isn't known; and that
 * `state`, fresh, goes on counting where `before` ended. */
int64_t rh_file_interval(const void *state);
void rh_file_follow(void *state, void *before);

#endif
