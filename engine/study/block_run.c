/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/block_run.h"

#include "base/memory.h"
#include "pricing/elementary.h"
#include "simulate/path_block.h"
#include "simulate/scenario.h"
#include "study/workers.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

/* One case on one block. */
typedef struct {
    const rh_block_case *c;
    rh_path_record *records; /* of all paths */
    size_t book;             /* place among the worker's books */
    rh_block_account account;
    rh_block_sums sums;
    rh_block_interest interest_due;
    rh_time shadow_touched, recorded;
} lane;

/* expm1 of what was asked last, since lanes ask for the same. */
typedef struct {
    double rate, growth;
    rh_time from, to;
} interest_asked;

/* What cases with the same options, hedge and valuation have in common at one instant. */
typedef struct {
    const rh_block_case *c; /* the first of them */
    rh_block_leg *legs;
    size_t n_legs;
    rh_block_prices prices;
    double exposure[RH_BLOCK], value[RH_BLOCK];
    uint64_t valued; /* step; 0: never */
} book;

typedef struct {
    const rh_block_run_terms *terms;
    pthread_mutex_t lock;
    size_t next, done;
    int stopped, out_of_range, interrupted;
} pool;

typedef struct {
    pool *pool;
    const rh_scenario *scenario;
    lane *lanes;
    book *books;
    size_t n_books;
    uint64_t last;
    rh_sim_path_block paths;
    double spot[RH_BLOCK];
    uint64_t spotted; /* step of `spot` */
    interest_asked asked;
    int in_range;
} worker;

static rh_vector vector_of(const worker *w) {
    return w->pool->terms->vector;
}

static rh_time now(const worker *w) {
    return w->scenario->start + (rh_time)w->paths.step * w->scenario->step;
}

static double variance_now(const worker *w) {
    return w->paths.variance > 0.0 ? w->paths.variance : 0.0;
}

static void fill(double *array, double x) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        array[i] = x;
}

/* ---- the market ---- */

static void see_spot(worker *w) {
    if (w->spotted == w->paths.step)
        return;
    w->spotted = w->paths.step;
    w->in_range &= rh_sim_path_block_spot(vector_of(w), &w->scenario->path, &w->paths, w->spot);
}

/* The book's open options, and the prices of its hedge. */
static void see_book(worker *w, book *b) {
    const rh_block_case *c = b->c;
    const rh_sim_smile smile = rh_scenario_smile(w->scenario);
    const rh_block_quote quote = {
        c->hedge_factor, (c->spread_bps + c->spread_vol_bps * sqrt(variance_now(w))) / 1e4};
    rh_block_quote_prices(vector_of(w), &quote, w->spot, &b->prices);
    b->n_legs = 0;
    for (size_t i = 0; i < c->n_options; i++) {
        const rh_block_option *o = &c->options[i];
        const double years = rh_years(now(w), o->instrument->expiry);
        if (w->paths.step >= o->last)
            continue;
        b->legs[b->n_legs++] = (rh_block_leg){
            .option = {o->instrument->right, o->instrument->strike, years,
                       rh_sim_smile_at_money(&smile, variance_now(w), years), c->plan->lane.rate},
            .size = o->size,
            .factor = c->forward_factor,
            .growth = rh_exp(w->scenario->options.carry * years)};
    }
}

/* What the cases of a book do at this step. */
static unsigned acts_of(const worker *w, size_t place) {
    unsigned acts = 0;
    for (size_t i = 0; i < w->pool->terms->n_cases; i++) {
        const lane *l = &w->lanes[i];
        if (l->book == place && w->paths.step <= l->c->last)
            acts |= l->c->acts[w->paths.step];
    }
    return acts;
}

static void value_book(worker *w, size_t place) {
    book *b = &w->books[place];
    const unsigned acts = acts_of(w, place);
    rh_block_sum_up(vector_of(w), b->legs, b->n_legs, w->spot, &b->prices,
                    acts & RH_BLOCK_REBALANCES ? b->exposure : NULL,
                    acts & RH_BLOCK_RECORDS ? b->value : NULL);
}

/* ---- one lane at one instant ---- */

static double growth_since(worker *w, double rate, rh_time from) {
    interest_asked *g = &w->asked;
    const rh_time to = now(w);
    if (g->rate != rate || g->from != from || g->to != to)
        *g = (interest_asked){rate, expm1(rate * rh_years(from, to)), from, to};
    return g->growth;
}

static rh_time time_of(const worker *w, double step) {
    return w->scenario->start + (rh_time)step * w->scenario->step;
}

/* Nearly always the paths have been paid up to the same step. */
static void find_interest(worker *w, lane *l) {
    const double rate = l->c->plan->lane.rate;
    rh_block_interest *interest = &l->interest_due;
    interest->step = (double)w->paths.step;
    if (rate == 0.0)
        return;
    if (!l->account.mixed) {
        fill(interest->growth, growth_since(w, rate, time_of(w, l->account.paid_to[0])));
        return;
    }
    for (size_t i = 0; i < RH_BLOCK; i++)
        interest->growth[i] = growth_since(w, rate, time_of(w, l->account.paid_to[i]));
}

static void touch(worker *w, lane *l) {
    if (l->c->plan->lane.rate == 0.0 || rh_block_paid_to(&l->account, (double)w->paths.step))
        return;
    find_interest(w, l);
    rh_block_earn(vector_of(w), &l->interest_due, &l->account);
}

static double shadow_growth(worker *w, lane *l) {
    const double rate = l->c->plan->lane.rate;
    const double growth = rate == 0.0 ? 0.0 : growth_since(w, rate, l->shadow_touched);
    l->shadow_touched = now(w);
    return growth;
}

static void touch_shadow(worker *w, lane *l) {
    const double growth = shadow_growth(w, l);
    for (size_t i = 0; i < RH_BLOCK && growth != 0.0; i++)
        l->sums.shadow[i] += l->sums.shadow[i] * growth;
}

static void rebalance(worker *w, lane *l) {
    book *b = &w->books[l->book];
    find_interest(w, l);
    rh_block_rebalance(vector_of(w), &l->c->terms, &b->prices, b->exposure, &l->interest_due,
                       &l->account);
}

static void settle_option(const worker *w, lane *l, const rh_block_option *o) {
    const rh_costs *costs = &l->c->plan->lane.costs;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double payoff = rh_payoff(o->instrument, w->spot[i]);
        const double fee = rh_delivery_fee(costs, o->instrument, o->quantity, payoff, w->spot[i]);
        l->account.cash[i] += o->size * payoff;
        l->account.cash[i] -= fee;
        l->sums.shadow[i] += o->size * payoff;
        l->sums.shadow[i] -= fee;
        l->account.fees[i] += fee;
        l->sums.shadow_fees[i] += fee;
    }
}

static void settle(worker *w, lane *l) {
    int settles = 0;
    for (size_t i = 0; i < l->c->n_options; i++)
        settles |= l->c->options[i].last == w->paths.step;
    if (!settles)
        return;
    touch(w, l);
    touch_shadow(w, l);
    for (size_t i = 0; i < l->c->n_options; i++)
        if (l->c->options[i].last == w->paths.step)
            settle_option(w, l, &l->c->options[i]);
}

static void record(worker *w, lane *l) {
    const book *b = &w->books[l->book];
    const double rate = l->c->plan->lane.rate;
    touch(w, l);
    const rh_block_step step = {growth_since(w, rate, l->recorded), shadow_growth(w, l)};
    rh_block_record(vector_of(w), &l->c->terms, &b->prices, b->value, &step, &l->account, &l->sums);
    l->recorded = now(w);
}

static void act(worker *w, lane *l) {
    book *b = &w->books[l->book];
    const unsigned acts = l->c->acts[w->paths.step];
    if (b->valued != w->paths.step) {
        see_book(w, b);
        value_book(w, l->book);
    }
    b->valued = w->paths.step;
    settle(w, l);
    if (acts & RH_BLOCK_REBALANCES)
        rebalance(w, l);
    if (w->paths.step == l->c->last && l->c->plan->lane.at_end == RH_AT_END_CLOSE)
        rh_block_close(vector_of(w), &l->c->terms, &b->prices, &l->account);
    if (acts & RH_BLOCK_RECORDS)
        record(w, l);
}

static int is_busy(const worker *w, const lane *l) {
    const uint64_t step = w->paths.step;
    int busy = step <= l->c->last && l->c->acts[step] != 0;
    for (size_t i = 0; i < l->c->n_options; i++)
        busy |= l->c->options[i].last == step;
    return busy;
}

/* ---- one block ---- */

static void start_lane(const worker *w, lane *l) {
    const rh_block_opening *o = &l->c->opening;
    rh_block_account *a = &l->account;
    rh_block_sums *s = &l->sums;
    *a = (rh_block_account){0};
    *s = (rh_block_sums){0};
    fill(a->cash, o->cash);
    fill(a->held, o->held);
    fill(a->entry, o->entry);
    fill(a->turnover, o->turnover);
    fill(a->rebalances, o->rebalances);
    fill(s->shadow, o->shadow_cash);
    fill(s->last, o->equity);
    fill(s->shadow_last, o->shadow_equity);
    fill(s->cost, o->fees + o->spread);
    fill(s->fees, o->fees);
    fill(s->spread, o->spread);
    l->interest_due = (rh_block_interest){0};
    l->shadow_touched = l->recorded = w->scenario->start;
}

/* The last step of the record grid has just ended, with no option left. */
static void keep_lane(const worker *w, const lane *l, size_t from, size_t count) {
    const double start = l->c->plan->lane.usd, start_coin = start / w->scenario->path.spot0;
    const rh_block_sums *s = &l->sums;
    for (size_t i = 0; i < count; i++)
        l->records[from + i] = (rh_path_record){.pnl_usd = s->last[i] - start,
                                                .pnl_coin = s->last[i] / w->spot[i] - start_coin,
                                                .error = s->error[i],
                                                .unhedged_error = s->shadow_error[i],
                                                .cost = s->cost[i],
                                                .fees = s->fees[i],
                                                .spread = s->spread[i],
                                                .turnover_usd = l->account.turnover[i],
                                                .rebalances = l->account.rebalances[i]};
}

static void run_block(worker *w, size_t from) {
    const rh_block_run_terms *t = w->pool->terms;
    const rh_sim_stream first = {w->scenario->seed, t->first + (uint32_t)from};
    const size_t left = t->n_paths - from, count = left < RH_BLOCK ? left : RH_BLOCK;
    rh_sim_path_block_start(&w->scenario->path, &w->paths);
    w->spotted = 0;
    for (size_t i = 0; i < w->n_books; i++)
        w->books[i].valued = 0;
    for (size_t i = 0; i < t->n_cases; i++)
        start_lane(w, &w->lanes[i]);
    while (w->paths.step < w->last && w->in_range) {
        rh_sim_path_block_step(t->vector, &w->scenario->path, &first, &w->paths);
        for (size_t i = 0; i < t->n_cases; i++) {
            lane *l = &w->lanes[i];
            if (!is_busy(w, l))
                continue;
            see_spot(w);
            act(w, l);
            if (w->paths.step == l->c->last)
                keep_lane(w, l, from, count);
        }
    }
}

/* ---- workers ---- */

static int take_block(pool *p, size_t done, size_t *from) {
    const rh_block_run_terms *t = p->terms;
    (void)pthread_mutex_lock(&p->lock);
    p->done += done;
    if (t->progress && done > 0)
        t->progress(t->self, p->done, t->n_paths);
    p->interrupted |= t->interrupted && *t->interrupted;
    const int more = p->next < t->n_paths && !p->out_of_range && !p->interrupted;
    *from = p->next;
    p->next += more ? RH_BLOCK : 0;
    (void)pthread_mutex_unlock(&p->lock);
    return more;
}

static void *work(void *self) {
    worker *w = self;
    const size_t n_paths = w->pool->terms->n_paths;
    size_t from, done = 0;
    while (w->in_range && take_block(w->pool, done, &from)) {
        run_block(w, from);
        done = n_paths - from < RH_BLOCK ? n_paths - from : RH_BLOCK;
    }
    if (!w->in_range) {
        (void)pthread_mutex_lock(&w->pool->lock);
        w->pool->out_of_range = 1;
        (void)pthread_mutex_unlock(&w->pool->lock);
    }
    return NULL;
}

static rh_status find_book(worker *w, const rh_block_case *c, size_t *place, rh_error *error) {
    for (*place = 0; *place < w->n_books; (*place)++)
        if (w->books[*place].c->book == c->book)
            return RH_OK;
    book *b = &w->books[w->n_books++];
    b->c = c;
    b->legs = rh_allocate(c->n_options, sizeof *b->legs);
    return b->legs ? RH_OK : rh_no_memory(error);
}

static rh_status open_worker(worker *w, pool *p, rh_error *error) {
    const rh_block_run_terms *t = p->terms;
    *w = (worker){.pool = p, .scenario = t->cases[0]->plan->scenario, .in_range = 1};
    w->lanes = rh_allocate(t->n_cases, sizeof *w->lanes);
    w->books = rh_allocate(t->n_cases, sizeof *w->books);
    rh_status status = w->lanes && w->books ? RH_OK : rh_no_memory(error);
    for (size_t i = 0; i < t->n_cases && status == RH_OK; i++) {
        lane *l = &w->lanes[i];
        l->c = t->cases[i];
        l->records = t->records[i];
        if (l->c->last > w->last)
            w->last = l->c->last;
        status = find_book(w, l->c, &l->book, error);
    }
    return status;
}

static void close_worker(worker *w) {
    for (size_t i = 0; i < w->n_books; i++)
        rh_release(w->books[i].legs);
    rh_release(w->books);
    rh_release(w->lanes);
}

static size_t worker_count(const rh_block_run_terms *terms) {
    const size_t blocks = (terms->n_paths + RH_BLOCK - 1) / RH_BLOCK;
    const size_t count = terms->threads < RH_MOST_WORKERS ? terms->threads : RH_MOST_WORKERS;
    return count < blocks ? count : blocks;
}

rh_status rh_block_run(const rh_block_run_terms *terms, int *in_range, rh_error *error) {
    pool p = {.terms = terms, .lock = PTHREAD_MUTEX_INITIALIZER};
    const size_t count = worker_count(terms);
    worker *workers = rh_allocate(count, sizeof *workers);
    rh_status status = workers ? RH_OK : rh_no_memory(error);
    size_t opened = 0;
    for (; opened < count && status == RH_OK; opened++)
        status = open_worker(&workers[opened], &p, error);
    if (status == RH_OK)
        rh_workers_run(work, workers, sizeof *workers, count);
    for (size_t i = 0; i < opened; i++)
        close_worker(&workers[i]);
    rh_release(workers);
    (void)pthread_mutex_destroy(&p.lock);
    *in_range = !p.out_of_range;
    if (status == RH_OK && p.interrupted)
        status = rh_fail(error, RH_INTERRUPTED, "interrupted");
    return status;
}
