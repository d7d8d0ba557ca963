/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hodges-neuberger: the band from the utility problem itself, solved when the lane starts.
 *
 * Options are held to their expiry with a hedge of y units, wealth W has the utility -exp(-a W),
 * and trading dy costs lambda F |dy|, F being the forward. In units of the strike (x = F/K, a K for
 * a) and of forward money, in which interest drops out, the certainty loss h(v, x, y) with the
 * variance v = vol^2 tau to come obeys
 *
 *     h = min over y' of  lambda x |y' - y| + (1/aK) ln E exp(aK (h(v - dv, x', y') - y' (x' - x)))
 *
 * and starts from h(0, x, y) = -payoff (+ lambda x |y| with `at_end: close`, as the hedge is then
 * closed at a cost). h is convex in y, so that for each (v, x) one holds between the two y at which
 * its slope is -lambda x and +lambda x, and trades to the nearest of them otherwise. The
 * expectation runs over a binomial lattice in ln x; each node keeps its two edges and the slope at
 * points between, and goes on linearly outside. The edges, less Black's delta, are tabulated over v
 * and ln x / sqrt(v), and read by interpolation.
 *
 * All of the book must have one strike and one expiry: an option, a straddle, or any calls and puts
 * that end in a function of x alone with its corner at 1; per option of the book, h begins with
 * -(calls max(x - 1, 0) + puts max(1 - x, 0)). (Several strikes would do in the lattice, but the
 * table has its places around one; several expiries would need another state.)
 *
 * The lattice has at most 1,200 steps; a band so narrow that the delta jumps over it in one step is
 * refused. `vol` is the volatility of the problem, whatever the options' implied ones. a, the risk
 * aversion, is in 1/USD and belongs to the whole book.
 *
 * Sources: Hodges and Neuberger, Optimal replication of contingent claims under transaction costs,
 * Review of Futures Markets 8 (1989) 222-239; Davis, Panas and Zariphopoulou, European option
 * pricing with transaction costs, SIAM J. Control and Optimization 31 (1993) 470-493. Half a jump:
 * Chernoff and Petkau, J. Statistical Computation and Simulation 26 (1986).
 */
#include <rehedge/strategy.h>

#include <math.h>
#include <stdlib.h>

#define YEAR (365.0 * 86400e9) /* nanoseconds */

enum { RISK_AVERSION, VOL, COST, AT_END, LIFE };
enum { AT_END_CLOSE, AT_END_KEEP };

static const rh_param params[] = {
    [RISK_AVERSION] = {.name = "risk_aversion",
                       .type = RH_PARAM_NUMBER,
                       .unit = "1/USD",
                       .min = 1e-15,
                       .max = 1e9,
                       .summary = "of the exponential utility of final wealth"},
    [VOL] = {.name = "vol",
             .type = RH_PARAM_NUMBER,
             .unit = "1/sqrt(year)",
             .min = 1e-3,
             .max = 10,
             .summary = "volatility of the forward, as a fraction"},
    [COST] = {.name = "cost",
              .type = RH_PARAM_NUMBER,
              .unit = "fraction of notional",
              .initial = "",
              .min = 0,
              .max = 0.5,
              .summary = "one-way cost of trading; left out: the fee"},
    [AT_END] = {.name = "at_end",
                .type = RH_PARAM_CHOICE,
                .initial = "close",
                .choices = "close keep",
                .summary = "after expiry the hedge is closed at that cost, or kept for nothing"},
    [LIFE] = {.name = "life",
              .type = RH_PARAM_DURATION,
              .initial = "",
              .min = 1,
              .max = 1e9,
              .summary = "longest time to expiry; left out: from the position's opening"},
};

enum {
    LEAST_STEPS = 120,
    MOST_STEPS = 600,
    POINTS = 32,  /* from edge to edge of a node */
    LEVELS = 48,  /* of the table, equal steps of sqrt(v) */
    PLACES = 57,  /* of the table, equal steps of ln x / sqrt(v) */
    LATTICES = 3, /* each over a quarter of the last one's sqrt(v) */
};
static const double WIDEST = 3.5;              /* |ln x| / sqrt(v) in the table */
static const double FAR = 4.0;                 /* no edge lies further out, per option */
static const double PEAK = 0.3989422804014327; /* 1 / sqrt(2 pi) */

typedef struct {
    double lo[LEVELS][PLACES], hi[LEVELS][PLACES]; /* hedge of one option, less Black's */
    double vol, most_variance, strike;
    size_t n_options;
} hn_state;

/* h between the edges, and its slope there. */
typedef struct {
    double lo, hi;
    double h[POINTS], slope[POINTS];
} hn_node;

typedef struct {
    double aversion, cost; /* a K of one option; lambda */
    double calls, puts;    /* signed, of one option of the book: |calls| + |puts| is at most 1 */
    int steps, reach;      /* nodes lie at x = exp(i dx), |i| <= reach */
    double dx, up;         /* of ln x; probability of a step up, x being a martingale */
    double rise, fall;     /* relative */
    double share;          /* of the table's sqrt(v) that the lattice covers */
    double *price;
    hn_node *now, *next;
} hn_problem;

/* ---- one node ---- */

/* h and its slope at y; x is the price at the node. */
static double loss(const hn_problem *p, const hn_node *node, double x, double y, double *slope) {
    if (y <= node->lo || y >= node->hi) {
        const int below = y <= node->lo;
        *slope = below ? -p->cost * x : p->cost * x;
        return below ? node->h[0] + *slope * (y - node->lo)
                     : node->h[POINTS - 1] + *slope * (y - node->hi);
    }
    const double cell = (node->hi - node->lo) / (POINTS - 1);
    const double at = (y - node->lo) / cell;
    const int j = at < POINTS - 2 ? (int)at : POINTS - 2;
    *slope = node->slope[j] + (at - j) * (node->slope[j + 1] - node->slope[j]);
    return node->h[j] + 0.5 * (at - j) * cell * (node->slope[j] + *slope);
}

/* The same for holding y over the coming step from node i. */
static double loss_of_holding(const hn_problem *p, int i, double y, double *slope) {
    const double x = p->price[p->reach + i];
    const double rise = x * p->rise, fall = x * p->fall;
    const hn_node *above = &p->next[p->reach + i + 1], *below = above - 2;
    double slope_up, slope_down;
    const double up = loss(p, above, x + rise, y, &slope_up) - y * rise;
    const double down = loss(p, below, x + fall, y, &slope_down) - y * fall;
    const double worst = fmax(up, down);
    const double w_up = p->up * exp(p->aversion * (up - worst));
    const double w_down = (1.0 - p->up) * exp(p->aversion * (down - worst));
    *slope = (w_up * (slope_up - rise) + w_down * (slope_down - fall)) / (w_up + w_down);
    return worst + log(w_up + w_down) / p->aversion;
}

static double miss(const hn_problem *p, int i, double y, double wanted) {
    double slope;
    (void)loss_of_holding(p, i, y, &slope);
    return slope - wanted;
}

/* The y at which the slope of holding, which rises with y, reaches `wanted`; the ends of
 * [-FAR, FAR] if it doesn't within. The search starts around `guess`. */
static double where_slope_is(const hn_problem *p, int i, double guess, double wanted) {
    double low = guess, high = guess, width = 0.01;
    double miss_low = miss(p, i, guess, wanted), miss_high = miss_low;
    for (; miss_high < 0.0 && high < FAR; width *= 3.0) {
        low = high;
        miss_low = miss_high;
        high = fmin(high + width, FAR);
        miss_high = miss(p, i, high, wanted);
    }
    for (; miss_low >= 0.0 && low > -FAR; width *= 3.0) {
        high = low;
        miss_high = miss_low;
        low = fmax(low - width, -FAR);
        miss_low = miss(p, i, low, wanted);
    }
    if (miss_low >= 0.0 || miss_high < 0.0)
        return miss_low >= 0.0 ? low : high;
    for (int n = 0, side = 0; n < 60 && high - low > 1e-7; n++) { /* false position, Illinois */
        double y = (low * miss_high - high * miss_low) / (miss_high - miss_low);
        if (n % 3 == 2 || !(y > low && y < high))
            y = 0.5 * (low + high); /* slopes have corners: never trust it for long */
        const double m = miss(p, i, y, wanted);
        if (m < 0.0) {
            low = y;
            miss_low = m;
            miss_high *= side < 0 ? 0.5 : 1.0;
            side = -1;
        } else {
            high = y;
            miss_high = m;
            miss_low *= side > 0 ? 0.5 : 1.0;
            side = 1;
        }
    }
    return 0.5 * (low + high);
}

static void fill(const hn_problem *p, int i, hn_node *node) {
    /* Just inside the slopes at which trading and holding are equally good: ties are traded. */
    const double wanted = p->cost * p->price[p->reach + i] * (1.0 - 1e-9);
    node->lo = where_slope_is(p, i, p->next[p->reach + i].lo, -wanted);
    node->hi = fmax(node->lo, where_slope_is(p, i, p->next[p->reach + i].hi, wanted));
    for (int j = 0; j < POINTS; j++) {
        const double y = node->lo + (node->hi - node->lo) * j / (POINTS - 1);
        node->h[j] = loss_of_holding(p, i, y, &node->slope[j]);
    }
}

/* ---- the lattice ---- */

static double payoff(const hn_problem *p, double x) {
    return x > 1.0 ? p->calls * (x - 1.0) : p->puts * (1.0 - x);
}

static void fill_end(const hn_problem *p, hn_node *nodes, int at_end) {
    for (int i = -p->reach; i <= p->reach; i++) {
        hn_node *node = &nodes[p->reach + i];
        const double edge = at_end == AT_END_KEEP ? FAR : 0.0;
        *node = (hn_node){.lo = -edge, .hi = edge};
        for (int j = 0; j < POINTS; j++)
            node->h[j] = -payoff(p, p->price[p->reach + i]);
    }
}

/* A node's edges against what Black's formula would hold, minus the delta; and half a jump out. */
static void edges(const hn_problem *p, int k, int i, double *lo, double *hi) {
    const double root = p->dx * sqrt(k), d1 = i * p->dx / root + 0.5 * root;
    const double call = 0.5 * erfc(-d1 * sqrt(0.5)), put = -0.5 * erfc(d1 * sqrt(0.5));
    const double black = -(p->calls * call + p->puts * put);
    const double jump = fabs(p->calls + p->puts) * PEAK * exp(-0.5 * d1 * d1) / sqrt(k);
    *lo = p->now[p->reach + i].lo - black - 0.5 * jump;
    *hi = p->now[p->reach + i].hi - black + 0.5 * jump;
}

/* Writes step k of the lattice into a row of the table. */
static void tabulate(const hn_problem *p, int k, int level, hn_state *s) {
    for (int place = 0; place < PLACES; place++) {
        const double at = (2.0 * place / (PLACES - 1) - 1.0) * WIDEST * sqrt(k);
        const int i = (int)floor(at);
        double lo[2], hi[2];
        edges(p, k, i, &lo[0], &hi[0]);
        edges(p, k, i + 1, &lo[1], &hi[1]);
        s->lo[level][place] = lo[0] + (at - i) * (lo[1] - lo[0]);
        s->hi[level][place] = hi[0] + (at - i) * (hi[1] - hi[0]);
    }
}

/* The step of the lattice that a row of the table stands for; beyond the last one if none. */
static int step_of(const hn_problem *p, int level) {
    const double root = (level + 1.0) / LEVELS / p->share;
    const int step = (int)lround(p->steps * root * root);
    return step > 1 ? step : 1;
}

static void solve(hn_problem *p, int at_end, hn_state *s) {
    for (int i = -p->reach; i <= p->reach; i++)
        p->price[p->reach + i] = exp(i * p->dx);
    fill_end(p, p->now, at_end);
    fill_end(p, p->next, at_end); /* the outermost nodes stay so */
    for (int k = 1, level = 0; k <= p->steps; k++) {
        hn_node *const swap = p->next;
        p->next = p->now;
        p->now = swap;
        for (int i = 1 - p->reach; i < p->reach; i++)
            fill(p, i, &p->now[p->reach + i]);
        for (; level < LEVELS && step_of(p, level) == k; level++)
            tabulate(p, k, level, s);
    }
}

/* ---- start ---- */

static int refuse(const rh_host *host, const char *sentence) {
    host->complain(host->self, sentence);
    return -1;
}

/* So many steps that the delta moves by less than half the band in each, by the law of small costs;
 * 0 if that takes far too many. */
static int steps_for(const hn_problem *p, double variance) {
    const double gamma = PEAK / sqrt(variance);
    const double half = cbrt(1.5 * p->cost * gamma * gamma / p->aversion);
    const double steps = pow(PEAK / (0.5 * half), 2.0);
    if (!(steps < 4.0 * MOST_STEPS))
        return 0;
    return steps < LEAST_STEPS ? LEAST_STEPS : steps > MOST_STEPS ? MOST_STEPS : (int)steps;
}

/* One lattice over the last `variance`. */
static int solve_over(hn_problem *p, double variance, int at_end, const rh_host *host,
                      hn_state *s) {
    p->share = sqrt(variance / s->most_variance);
    p->steps = steps_for(p, variance);
    if (p->steps == 0)
        return refuse(host, "the band would be too narrow to solve for: lower `risk_aversion`, or "
                            "take zakamouline");
    p->reach = (int)(5.0 * sqrt(p->steps)) + 2;
    p->dx = sqrt(variance / p->steps);
    p->up = 1.0 / (1.0 + exp(p->dx));
    p->rise = expm1(p->dx);
    p->fall = expm1(-p->dx);
    const size_t count = 2 * (size_t)p->reach + 1;
    p->now = malloc(count * sizeof *p->now);
    p->next = malloc(count * sizeof *p->next);
    p->price = malloc(count * sizeof *p->price);
    const int failed = !p->now || !p->next || !p->price;
    if (!failed)
        solve(p, at_end, s);
    free(p->now);
    free(p->next);
    free(p->price);
    return failed ? refuse(host, "out of memory") : 0;
}

static const rh_contract *contract_at(const rh_host *host, size_t i) {
    return (const rh_contract *)(const void *)((const char *)host->contracts +
                                               i * host->contract_size);
}

/* Sums up the book: its earliest opening, and calls and puts as parts of `count` options. 0, or -1
 * if it isn't options of one strike and one expiry. */
static int sum_up(const rh_host *host, hn_problem *p, double *count, int64_t *open) {
    const rh_contract *first = host->contracts;
    if (host->n_contracts == 0)
        return -1;
    *open = first->open;
    for (size_t i = 0; i < host->n_contracts; i++) {
        const rh_contract *c = contract_at(host, i);
        if (c->right == 0 || !(c->strike == first->strike) || c->expiry != first->expiry ||
            c->inverse != first->inverse)
            return -1;
        *(c->right > 0 ? &p->calls : &p->puts) += c->size;
        *count += fabs(c->size);
        *open = c->open < *open ? c->open : *open;
    }
    p->calls /= *count;
    p->puts /= *count;
    return 0;
}

static int start(void *state, const rh_value *values, const rh_host *host) {
    hn_state *s = state;
    const rh_contract *option = host->contracts;
    hn_problem problem = {.cost = values[COST].given ? values[COST].number : host->cost};
    double count = 0.0;
    int64_t open = 0;
    if (sum_up(host, &problem, &count, &open) != 0)
        return refuse(host,
                      "it solves the problem of options that share one strike and one expiry: "
                      "the book must be one option, a straddle or the like");
    if (!values[LIFE].given && open == INT64_MIN)
        return refuse(host, "give `from`, the position's `open`, or `life`: how long can it last?");
    const double years = (values[LIFE].given ? (double)values[LIFE].integer
                                             : (double)option->expiry - (double)open) /
                         YEAR;
    s->vol = values[VOL].number;
    s->strike = option->strike;
    s->n_options = host->n_contracts;
    s->most_variance = s->vol * s->vol * years;
    if (s->most_variance > 4.0)
        return refuse(host, "`vol` and the time to expiry make a variance above 4");
    problem.aversion = values[RISK_AVERSION].number * count * s->strike;
    double variance = s->most_variance;
    int refused = 0;
    for (int n = 0; n < LATTICES && !refused; n++, variance /= 16.0)
        refused = solve_over(&problem, variance, (int)values[AT_END].integer, host, s);
    return refused;
}

/* ---- decide ---- */

static double between(double a, double b, double part) {
    return a + part * (b - a);
}

/* Reads the table at a row and a place that needn't be whole. */
static double read_table(const double table[LEVELS][PLACES], double level, double place) {
    const int l = level < LEVELS - 2 ? (int)level : LEVELS - 2;
    const int n = place < PLACES - 2 ? (int)place : PLACES - 2;
    return between(between(table[l][n], table[l][n + 1], place - n),
                   between(table[l + 1][n], table[l + 1][n + 1], place - n), level - l);
}

static double limited(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

/* Without the options, before they open or after they have gone, neutral is all that can be said.
 */
static int close_out(const rh_view *view, double *target) {
    const double neutral = rh_hedge_at(view, 0)->neutral;
    if (!(view->woke & RH_WOKE_BOOK) || !isfinite(neutral))
        return RH_HOLD;
    target[0] = neutral;
    return RH_TRADE;
}

/* How far the deltas at the problem's volatility lie from the book's own. */
static double vol_shift(const hn_state *s, const rh_view *view) {
    double shift = 0.0;
    for (size_t i = 0; i < view->n_options; i++) {
        const rh_option_leg *option = rh_option_at(view, i);
        shift += option->size * (view->delta_at(view->self, i, s->vol) -
                                 view->delta_at(view->self, i, option->vol));
    }
    return shift;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const hn_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    wake->signal = RH_SIGNAL_EVERY; /* the band moves with the price and with time */
    if (view->n_options != s->n_options)
        return close_out(view, target);
    const rh_option_leg *option = rh_option_at(view, 0);
    const double root = s->vol * sqrt(option->years);
    const double away = limited(log(option->forward / s->strike) / root, -WIDEST, WIDEST);
    if (!(root > 0.0) || !isfinite(away))
        return RH_HOLD;
    const double level = limited(root / sqrt(s->most_variance), 1.0 / LEVELS, 1.0) * LEVELS - 1.0;
    const double place = 0.5 * (away / WIDEST + 1.0) * (PLACES - 1);
    const double count = view->size_options;
    const double centre = hedge->neutral - vol_shift(s, view);
    const double lo = centre + count * read_table(s->lo, level, place);
    const double hi = centre + count * read_table(s->hi, level, place);
    const double held = hedge->held + hedge->pending;
    const double slack = 1e-6 * count + 1e-9 * fabs(centre); /* neither the edge again nor dust */
    if (!(held < lo - slack) && !(held > hi + slack))
        return RH_HOLD;
    target[0] = held < lo ? lo : hi;
    return RH_TRADE;
}

REHEDGE_STRATEGY(hodges_neuberger) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "hodges-neuberger",
    .summary = "hold within the band that is optimal for exponential utility, trade to its edge",
    .source = "Hodges and Neuberger (1989); Davis, Panas and Zariphopoulou (1993)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(hn_state),
    .start = start,
    .decide = decide,
};
