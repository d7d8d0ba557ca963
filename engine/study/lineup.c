/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/lineup.h"

#include "base/memory.h"

static const rh_case *case_of(const rh_lineup *l, size_t i) {
    return &l->cases->cases[l->which[i]];
}

/* The case's book, opened for the first case that has it; place_of is SIZE_MAX before. */
static rh_status open_book(rh_lineup *l, const rh_case *c, size_t *place_of, size_t *place,
                           rh_error *error) {
    *place = place_of[c->book];
    if (*place != SIZE_MAX)
        return RH_OK;
    *place = place_of[c->book] = l->n_books;
    return rh_book_new(&c->plan->book, l->market, &l->books[l->n_books++], error);
}

static rh_status open_lane(rh_lineup *l, size_t i, size_t *place_of, rh_recorder *recorder,
                           rh_error *error) {
    const rh_case *c = case_of(l, i);
    rh_status status = open_book(l, c, place_of, &l->book_of_lane[i], error);
    if (status == RH_OK)
        status = rh_lane_new(&c->plan->lane, l->books[l->book_of_lane[i]], l->market, recorder,
                             &l->lanes[i], error);
    return status == RH_OK ? RH_OK : rh_fail_at(error, "%s", c->label);
}

static rh_status open_lanes(rh_lineup *l, rh_recorder *const *recorders, rh_error *error) {
    size_t *place_of = rh_allocate(l->cases->n_books, sizeof *place_of);
    rh_status status = place_of ? RH_OK : rh_no_memory(error);
    for (size_t i = 0; i < l->cases->n_books && place_of; i++)
        place_of[i] = SIZE_MAX;
    for (size_t i = 0; i < l->count && status == RH_OK; i++) {
        rh_market_follow(l->market, case_of(l, i)->plan->lane.hedge);
        status = open_lane(l, i, place_of, recorders ? recorders[i] : NULL, error);
    }
    rh_release(place_of);
    return status;
}

rh_status rh_lineup_open(const rh_cases *cases, const size_t *which, size_t count,
                         rh_recorder *const *recorders, rh_lineup *out, rh_error *error) {
    *out = (rh_lineup){.cases = cases, .which = which, .count = count};
    const rh_plan *plan = case_of(out, 0)->plan;
    out->market = rh_market_new(plan->catalogue, plan->funding);
    out->books = rh_allocate(count, sizeof *out->books);
    out->lanes = rh_allocate(count, sizeof *out->lanes);
    out->book_of_lane = rh_allocate(count, sizeof *out->book_of_lane);
    out->status = rh_allocate(count, sizeof *out->status);
    out->errors = rh_allocate(count, sizeof *out->errors);
    if (!out->market || !out->books || !out->lanes || !out->book_of_lane || !out->status ||
        !out->errors)
        return rh_no_memory(error);
    return open_lanes(out, recorders, error);
}

void rh_lineup_close(rh_lineup *lineup) {
    for (size_t i = 0; i < lineup->count && lineup->lanes; i++)
        rh_lane_free(lineup->lanes[i]);
    for (size_t i = 0; i < lineup->n_books; i++)
        rh_book_free(lineup->books[i]);
    rh_market_free(lineup->market);
    rh_release((void *)lineup->books);
    rh_release((void *)lineup->lanes);
    rh_release(lineup->book_of_lane);
    rh_release(lineup->status);
    rh_release(lineup->errors);
    *lineup = (rh_lineup){0};
}

void rh_lineup_reset(rh_lineup *lineup) {
    rh_market_reset(lineup->market);
    for (size_t i = 0; i < lineup->n_books; i++)
        rh_book_reset(lineup->books[i]);
    for (size_t i = 0; i < lineup->count; i++) {
        rh_lane_reset(lineup->lanes[i]);
        lineup->status[i] = RH_OK;
        lineup->errors[i] = (rh_error){0};
    }
}

rh_run_terms rh_lineup_terms(const rh_lineup *lineup, const rh_stream *stream) {
    const rh_experiment *e = case_of(lineup, 0)->experiment;
    return (rh_run_terms){
        .stream = stream,
        .market = lineup->market,
        .books = lineup->books,
        .n_books = lineup->n_books,
        .lanes = lineup->lanes,
        .book_of_lane = lineup->book_of_lane,
        .n_lanes = lineup->count,
        .from = e->from == RH_NEVER ? RH_DAWN : e->from,
        .to = e->to,
    };
}

rh_status rh_lineup_check_started(const rh_lineup *lineup, size_t i, rh_error *error) {
    if (rh_lane_started(lineup->lanes[i]))
        return RH_OK;
    return rh_fail(error, RH_BAD_DATA, "no position ever opened: the data have no price for it");
}
