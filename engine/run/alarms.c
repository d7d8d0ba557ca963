/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/alarms.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/vector.h"

#include <math.h>

/* Tables are padded to whole blocks with widths that are never crossed, and passed over in
 * stretches: a loop of known length without a branch is what compilers turn into vector
 * instructions. */
enum {
    BLOCK = 64,
    STRETCH = 16,
    FEW = 4,             /* for which a stretch is too much */
    MOST_CALM = 8,       /* of more watches one or the other is crossed soon */
    MOST_LOOKS = 1 << 16 /* until roundings of the odometer could come near to a watch's own */
};

enum { A, B, C, D, WIDTH, N_COLUMNS };

/* Watches of lanes of one book that wait for one number.
 *
 * The room of a watch is width x scale - |sum|, and no room changes by more than the table has
 * travelled: |change of s| + largest |b| |change of x1| + ... So a stretch whose least room was R
 * when the table had travelled T needs no look before it has travelled T + R. */
typedef struct {
    size_t book;
    rh_series series;
    double *column[N_COLUMNS];
    double largest[N_COLUMNS]; /* |a| to |width| so far */
    double *enough;            /* of each stretch: how far the table may travel; NOW: not at all */
    double travelled, nearest; /* nearest: the least `enough` */
    size_t looks;              /* since the odometer stood at 0 */
    rh_series_value seen;      /* at the last look */
    size_t *watch;
    size_t count, capacity;
} table;
static const double NOW = -INFINITY;

/* Where a watch stands. */
typedef struct {
    size_t table, slot; /* table NOWHERE: waits for a time only */
} place;
static const size_t NOWHERE = SIZE_MAX;

struct rh_alarms {
    size_t n_lanes;
    rh_time *at, *earliest; /* of each lane; of each block of lanes */
    /* The first watch of lane i is number i; the others of all lanes come behind. */
    place *places;
    size_t *more;     /* of each lane: number of its second watch */
    size_t *owner;    /* of each watch from n_lanes on: its lane */
    uint64_t *listed; /* instant in which a lane was last listed */
    uint64_t instant;
    table *tables;
    size_t n_tables, tables_capacity;
};

static void number_watches(rh_alarms *alarms, const size_t *n_watches) {
    size_t next = 0;
    for (size_t i = 0; i < alarms->n_lanes; i++) {
        alarms->more[i] = alarms->n_lanes + next;
        for (size_t k = 1; n_watches && k < n_watches[i]; k++)
            alarms->owner[next++] = i;
    }
}

rh_alarms *rh_alarms_new(size_t n_lanes, const size_t *n_watches) {
    rh_alarms *alarms = rh_allocate(1, sizeof *alarms);
    if (!alarms)
        return NULL;
    const size_t blocks = n_lanes / BLOCK + 1;
    size_t more = 0;
    for (size_t i = 0; n_watches && i < n_lanes; i++)
        more += n_watches[i] - 1;
    alarms->n_lanes = n_lanes;
    alarms->at = rh_allocate(blocks * BLOCK, sizeof *alarms->at);
    alarms->earliest = rh_allocate(blocks, sizeof *alarms->earliest);
    alarms->places = rh_allocate(n_lanes + more, sizeof *alarms->places);
    alarms->more = rh_allocate(n_lanes, sizeof *alarms->more);
    alarms->owner = rh_allocate(more, sizeof *alarms->owner);
    alarms->listed = rh_allocate(n_lanes, sizeof *alarms->listed);
    if (!alarms->at || !alarms->earliest || !alarms->places || !alarms->more || !alarms->owner ||
        !alarms->listed) {
        rh_alarms_free(alarms);
        return NULL;
    }
    for (size_t i = 0; i < blocks * BLOCK; i++)
        alarms->at[i] = RH_NEVER;
    for (size_t i = 0; i < blocks; i++)
        alarms->earliest[i] = RH_NEVER;
    for (size_t i = 0; i < n_lanes + more; i++)
        alarms->places[i].table = NOWHERE;
    number_watches(alarms, n_watches);
    return alarms;
}

void rh_alarms_free(rh_alarms *alarms) {
    if (!alarms)
        return;
    for (size_t i = 0; i < alarms->n_tables; i++) {
        for (int c = 0; c < N_COLUMNS; c++)
            rh_release(alarms->tables[i].column[c]);
        rh_release(alarms->tables[i].enough);
        rh_release(alarms->tables[i].watch);
    }
    rh_release(alarms->tables);
    rh_release(alarms->at);
    rh_release(alarms->earliest);
    rh_release(alarms->places);
    rh_release(alarms->more);
    rh_release(alarms->owner);
    rh_release(alarms->listed);
    rh_release(alarms);
}

/* ---- setting ---- */

static void set_time(rh_alarms *alarms, size_t lane, rh_time at) {
    const size_t block = lane / BLOCK;
    const rh_time before = alarms->at[lane];
    rh_time earliest = RH_NEVER;
    alarms->at[lane] = at;
    if (at <= alarms->earliest[block] || before > alarms->earliest[block]) {
        if (at < alarms->earliest[block])
            alarms->earliest[block] = at;
        return;
    }
    for (size_t i = block * BLOCK; i < (block + 1) * BLOCK; i++)
        earliest = alarms->at[i] < earliest ? alarms->at[i] : earliest;
    alarms->earliest[block] = earliest;
}

static void look_again(table *t, size_t slot) {
    t->enough[slot / STRETCH] = t->nearest = NOW;
}

static void clear_slot(table *t, size_t slot) {
    for (int c = A; c < WIDTH; c++)
        t->column[c][slot] = 0.0;
    t->column[WIDTH][slot] = INFINITY;
}

/* The last entry takes the place of the one that leaves. */
static void leave_table(rh_alarms *alarms, size_t watch) {
    const place from = alarms->places[watch];
    if (from.table == NOWHERE)
        return;
    table *t = &alarms->tables[from.table];
    const size_t last = --t->count;
    for (int c = 0; c < N_COLUMNS; c++)
        t->column[c][from.slot] = t->column[c][last];
    t->watch[from.slot] = t->watch[last];
    alarms->places[t->watch[from.slot]].slot = from.slot;
    look_again(t, from.slot);
    clear_slot(t, last);
    alarms->places[watch].table = NOWHERE;
}

static int same_series(const rh_series *x, const rh_series *y) {
    return x->kind == y->kind && x->numeraire == y->numeraire && x->instrument == y->instrument &&
           x->scale == y->scale;
}

static rh_status find_table(rh_alarms *alarms, size_t book, const rh_series *series, size_t *out,
                            rh_error *error) {
    for (size_t i = 0; i < alarms->n_tables; i++) {
        *out = i;
        if (alarms->tables[i].book == book && same_series(&alarms->tables[i].series, series))
            return RH_OK;
    }
    if (rh_make_room(&alarms->tables, alarms->n_tables, &alarms->tables_capacity,
                     sizeof *alarms->tables) != 0)
        return rh_no_memory(error);
    *out = alarms->n_tables++;
    alarms->tables[*out] = (table){.book = book, .series = *series};
    return RH_OK;
}

static rh_status make_room(table *t, rh_error *error) {
    if (t->count < t->capacity)
        return RH_OK;
    const size_t larger = t->capacity ? t->capacity * 2 : BLOCK;
    for (int c = 0; c < N_COLUMNS; c++)
        if (rh_resize_array(&t->column[c], larger, sizeof *t->column[c]) != 0)
            return rh_no_memory(error);
    if (rh_resize_array(&t->watch, larger, sizeof *t->watch) != 0 ||
        rh_resize_array(&t->enough, larger / STRETCH, sizeof *t->enough) != 0)
        return rh_no_memory(error);
    for (size_t i = t->capacity; i < larger; i++) {
        clear_slot(t, i);
        look_again(t, i);
    }
    t->capacity = larger;
    return RH_OK;
}

static void write_slot(table *t, size_t slot, const rh_watch *watch) {
    const double numbers[N_COLUMNS] = {watch->a, watch->b, watch->c, watch->d, watch->width};
    for (int c = 0; c < N_COLUMNS; c++)
        t->column[c][slot] = numbers[c];
    for (int c = A; c < N_COLUMNS; c++)
        if (fabs(numbers[c]) > t->largest[c] && isfinite(numbers[c]))
            t->largest[c] = fabs(numbers[c]);
    look_again(t, slot);
}

rh_status rh_alarms_set(rh_alarms *alarms, size_t lane, size_t k, size_t book,
                        const rh_watch *watch, rh_error *error) {
    const size_t w = k == 0 ? lane : alarms->more[lane] + k - 1;
    place *now = &alarms->places[w];
    if (k == 0)
        set_time(alarms, lane, watch->at);
    if (watch->series.kind == RH_SERIES_NONE) {
        leave_table(alarms, w);
        return RH_OK;
    }
    if (now->table == NOWHERE || alarms->tables[now->table].book != book ||
        !same_series(&alarms->tables[now->table].series, &watch->series)) {
        size_t t = 0;
        leave_table(alarms, w);
        rh_status status = find_table(alarms, book, &watch->series, &t, error);
        if (status == RH_OK)
            status = make_room(&alarms->tables[t], error);
        if (status != RH_OK)
            return status;
        *now = (place){t, alarms->tables[t].count++};
        alarms->tables[t].watch[now->slot] = w;
    }
    write_slot(&alarms->tables[now->table], now->slot, watch);
    return RH_OK;
}

/* ---- looking ---- */

rh_time rh_alarms_next_time(const rh_alarms *alarms) {
    rh_time next = RH_NEVER;
    for (size_t i = 0; i < alarms->n_lanes / BLOCK + 1; i++)
        next = alarms->earliest[i] < next ? alarms->earliest[i] : next;
    return next;
}

/* A crossing that rounding could hide counts: the sum is taken larger by a billionth of the largest
 * parts that it may have, and by what isn't known of s. */
static double doubt(const table *t, const rh_series_value *x) {
    return x->within + 1e-9 * (fabs(x->s) + t->largest[A] + t->largest[B] * fabs(x->x1) +
                               t->largest[C] * fabs(x->x2) + t->largest[D] * fabs(x->x3));
}

/* What is left of watch i until it is crossed; NaN where its sum isn't known. */
static inline double room_of(double *const *column, size_t i, const rh_series_value *x) {
    const double sum =
        x->s + column[A][i] + column[B][i] * x->x1 + column[C][i] * x->x2 + column[D][i] * x->x3;
    return column[WIDTH][i] * x->scale - fabs(sum);
}

/* The least room in a stretch, of those that are known, or NaN. */
RH_WIDE static double least_room(double *const *column, size_t from, const rh_series_value *x) {
    double room[STRETCH];
    for (size_t i = 0; i < STRETCH; i++)
        room[i] = room_of(column, from + i, x);
    for (int i = 0; i < 8; i++)
        room[i] = rh_smaller(room[i], room[i + 8]);
    for (int i = 0; i < 4; i++)
        room[i] = rh_smaller(room[i], room[i + 4]);
    return rh_smaller(rh_smaller(room[0], room[2]), rh_smaller(room[1], room[3]));
}

typedef struct {
    rh_alarms *alarms;
    size_t *due;
    size_t count;
} listing;

static void list(listing *l, size_t watch) {
    const size_t n_lanes = l->alarms->n_lanes;
    const size_t lane = watch < n_lanes ? watch : l->alarms->owner[watch - n_lanes];
    if (l->alarms->listed[lane] == l->alarms->instant)
        return;
    l->alarms->listed[lane] = l->alarms->instant;
    l->due[l->count++] = lane;
}

static void list_crossed(listing *l, const table *t, size_t from, size_t end,
                         const rh_series_value *x, double slack) {
    for (; from < end; from++)
        if (room_of(t->column, from, x) < slack)
            list(l, t->watch[from]);
}

/* By how much a room can have changed since the last look. */
static double way(const table *t, const rh_series_value *x) {
    const rh_series_value *seen = &t->seen;
    return fabs(x->s - seen->s) + t->largest[B] * fabs(x->x1 - seen->x1) +
           t->largest[C] * fabs(x->x2 - seen->x2) + t->largest[D] * fabs(x->x3 - seen->x3) +
           t->largest[WIDTH] * fabs(x->scale - seen->scale);
}

static void travel(table *t, const rh_series_value *x) {
    const double step = way(t, x);
    t->seen = *x;
    t->travelled += step;
    if (step < INFINITY && ++t->looks < MOST_LOOKS)
        return;
    t->travelled = 0.0;
    t->looks = 0;
    for (size_t i = 0; i < t->count; i += STRETCH)
        look_again(t, i);
}

static void look_at_stretches(listing *l, table *t, const rh_series_value *x, double slack) {
    double nearest = INFINITY;
    for (size_t from = 0; from < t->count; from += STRETCH) {
        double *enough = &t->enough[from / STRETCH];
        if (!(t->travelled + slack < *enough)) {
            const double room = least_room(t->column, from, x);
            *enough = room > slack ? t->travelled + room : NOW;
            if (*enough == NOW)
                list_crossed(l, t, from, from + STRETCH < t->count ? from + STRETCH : t->count, x,
                             slack);
        }
        nearest = rh_smaller(*enough, nearest);
    }
    t->nearest = nearest;
}

static void list_table(listing *l, table *t, rh_book *const *books, const rh_market *market) {
    if (t->series.kind == RH_SERIES_ALWAYS) {
        for (size_t i = 0; i < t->count; i++)
            list(l, t->watch[i]);
        return;
    }
    rh_series_value x;
    rh_series_now(&t->series, books[t->book], market, &x);
    const double slack = doubt(t, &x);
    if (t->count < FEW) {
        list_crossed(l, t, 0, t->count, &x, slack);
        return;
    }
    travel(t, &x);
    if (!(t->travelled + slack < t->nearest))
        look_at_stretches(l, t, &x, slack);
}

size_t rh_alarms_due(rh_alarms *alarms, rh_book *const *books, const rh_market *market,
                     size_t *due) {
    const rh_time now = rh_market_now(market);
    listing l = {alarms, due, 0};
    alarms->instant++;
    for (size_t block = 0; block < alarms->n_lanes / BLOCK + 1; block++)
        for (size_t i = block * BLOCK;
             alarms->earliest[block] <= now && i < (block + 1) * BLOCK && i < alarms->n_lanes; i++)
            if (alarms->at[i] <= now)
                list(&l, i);
    if (rh_market_last_news(market) != now)
        return l.count;
    for (size_t i = 0; i < alarms->n_tables; i++)
        if (alarms->tables[i].count > 0)
            list_table(&l, &alarms->tables[i], books, market);
    return l.count;
}

int rh_alarms_calm(const rh_alarms *alarms, rh_book *const *books, const rh_market *market,
                   rh_calm *calm) {
    size_t count = 0;
    for (size_t i = 0; i < alarms->n_tables; i++)
        count += alarms->tables[i].count;
    if (count > MOST_CALM)
        return 0;
    for (size_t i = 0; i < alarms->n_tables; i++) {
        const table *t = &alarms->tables[i];
        for (size_t k = 0; k < t->count; k++) {
            const rh_watch watch = {.series = t->series,
                                    .a = t->column[A][k],
                                    .b = t->column[B][k],
                                    .c = t->column[C][k],
                                    .d = t->column[D][k],
                                    .width = t->column[WIDTH][k]};
            if (!rh_calm_narrow(calm, books[t->book], market, &watch))
                return 0;
        }
    }
    return 1;
}
