/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paths.c: which cases are run in blocks, and which path by path. */
#include "study/paths.h"

#include "base/memory.h"
#include "study/block_run.h"
#include "study/paths_replay.h"

#include <math.h>

/* Cases that go through a block together; each takes some 40 kB of every worker. */
enum { AT_ONCE = 128 };

typedef struct {
    const rh_paths_terms *terms;
    rh_path_record **records; /* of each case */
    rh_status *status;
    rh_error *errors;
    rh_block_case **blocks; /* of each case; NULL: path by path */
    /* Those of one kind, packed. */
    size_t *which;
    rh_path_record **chosen;
    size_t n_chosen;
} division;

static int in_blocks(const division *d, size_t i) {
    return d->blocks[i] != NULL;
}

static void choose(division *d, int blocks) {
    d->n_chosen = 0;
    for (size_t i = 0; i < d->terms->n_which; i++) {
        if (in_blocks(d, i) != blocks)
            continue;
        d->which[d->n_chosen] = d->terms->which[i];
        d->chosen[d->n_chosen++] = d->records[i];
    }
}

static void give_up(division *d, size_t i) {
    rh_block_case_free(d->blocks[i]);
    d->blocks[i] = NULL;
}

/* What fails here will fail path by path, and be told of then. */
static void make_blocks(division *d) {
    const rh_paths_terms *t = d->terms;
    rh_error untold = {0};
    for (size_t i = 0; i < t->n_which && !t->path_by_path; i++)
        if (!rh_block_refusal(&t->cases->cases[t->which[i]]))
            (void)rh_block_case_new(t->cases, t->which[i], t->first, &d->blocks[i], &untold);
}

static rh_status run_blocks(division *d, int *in_range, rh_error *error) {
    const rh_paths_terms *t = d->terms;
    rh_block_case **packed = rh_allocate(d->n_chosen, sizeof *packed);
    rh_status status = packed ? RH_OK : rh_no_memory(error);
    size_t n = 0;
    for (size_t i = 0; i < t->n_which && packed; i++)
        if (in_blocks(d, i))
            packed[n++] = d->blocks[i];
    const int alone = n == t->n_which && n <= AT_ONCE;
    for (size_t from = 0; from < n && status == RH_OK && *in_range; from += AT_ONCE) {
        const rh_block_run_terms terms = {.cases = packed + from,
                                          .n_cases = n - from < AT_ONCE ? n - from : AT_ONCE,
                                          .first = t->first,
                                          .n_paths = t->n_paths,
                                          .records = d->chosen + from,
                                          .vector = rh_vector_widest(),
                                          .threads = t->threads,
                                          .interrupted = t->interrupted,
                                          .progress = alone ? t->progress : NULL,
                                          .self = t->self};
        status = rh_block_run(&terms, in_range, error);
    }
    rh_release((void *)packed);
    return status;
}

static int near(double x, double y, double scale) {
    return fabs(x - y) <= 1e-9 * scale;
}

static int agree(const rh_path_record *x, const rh_path_record *y, const rh_block_case *c) {
    const double scale = y->turnover_usd + fabs(c->opening.cash) + fabs(y->pnl_usd);
    return near(x->pnl_usd, y->pnl_usd, scale) && near(x->error, y->error, scale) &&
           near(x->unhedged_error, y->unhedged_error, scale) && near(x->cost, y->cost, scale) &&
           near(x->turnover_usd, y->turnover_usd, scale) && x->rebalances == y->rebalances;
}

/* The first path of each case must be what the engine makes of it. */
static rh_status check_first_path(division *d, rh_error *error) {
    const rh_paths_terms *t = d->terms;
    rh_path_record *first = rh_allocate(d->n_chosen, sizeof *first);
    rh_path_record **place = rh_allocate(d->n_chosen, sizeof *place);
    rh_status status = first && place ? RH_OK : rh_no_memory(error);
    for (size_t i = 0; i < d->n_chosen && status == RH_OK; i++)
        place[i] = &first[i];
    rh_paths_terms one = *t;
    one.which = d->which;
    one.n_which = d->n_chosen;
    one.n_paths = one.threads = 1;
    one.progress = NULL;
    if (status == RH_OK)
        status = rh_paths_replay(&one, place, d->status, d->errors, error);
    for (size_t i = 0, n = 0; i < t->n_which && status == RH_OK; i++)
        if (in_blocks(d, i) && !agree(d->records[i], &first[n++], d->blocks[i]))
            give_up(d, i);
    rh_release((void *)place);
    rh_release(first);
    return status;
}

static rh_status try_blocks(division *d, rh_error *error) {
    int in_range = 1;
    make_blocks(d);
    choose(d, 1);
    if (d->n_chosen == 0)
        return RH_OK;
    rh_status status = run_blocks(d, &in_range, error);
    if (status == RH_OK && in_range)
        status = check_first_path(d, error);
    for (size_t i = 0; i < d->terms->n_which && !in_range; i++)
        give_up(d, i);
    return status;
}

/* Statuses come packed, and go to their cases from the last to the first. */
static rh_status run_rest(division *d, rh_error *error) {
    rh_paths_terms rest = *d->terms;
    choose(d, 0);
    rest.which = d->which;
    rest.n_which = d->n_chosen;
    rh_status status = RH_OK;
    if (d->n_chosen > 0)
        status = rh_paths_replay(&rest, d->chosen, d->status, d->errors, error);
    for (size_t i = d->terms->n_which, n = d->n_chosen; i-- > 0;) {
        d->status[i] = in_blocks(d, i) ? RH_OK : d->status[--n];
        if (!in_blocks(d, i))
            d->errors[i] = d->errors[n];
    }
    return status;
}

static rh_status divide(division *d, rh_path_record *records, rh_error *error) {
    const rh_paths_terms *t = d->terms;
    d->records = rh_allocate(t->n_which, sizeof *d->records);
    d->blocks = rh_allocate(t->n_which, sizeof *d->blocks);
    d->which = rh_allocate(t->n_which, sizeof *d->which);
    d->chosen = rh_allocate(t->n_which, sizeof *d->chosen);
    if (!d->records || !d->blocks || !d->which || !d->chosen)
        return rh_no_memory(error);
    for (size_t i = 0; i < t->n_which; i++)
        d->records[i] = records + i * t->n_paths;
    const rh_status status = try_blocks(d, error);
    for (size_t i = 0; i < t->n_which && t->in_blocks; i++)
        t->in_blocks[i] = in_blocks(d, i);
    return status == RH_OK ? run_rest(d, error) : status;
}

rh_status rh_paths_run(const rh_paths_terms *terms, rh_path_record *records, rh_status *status,
                       rh_error *errors, rh_error *error) {
    division d = {.terms = terms, .status = status, .errors = errors};
    const rh_status made = divide(&d, records, error);
    for (size_t i = 0; i < terms->n_which && d.blocks; i++)
        give_up(&d, i);
    rh_release((void *)d.records);
    rh_release((void *)d.blocks);
    rh_release(d.which);
    rh_release((void *)d.chosen);
    return made;
}
