/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rehedge/strategy.h: the interface between the engine and rebalance rules, ratio models.
 *
 * A rule answers one question: given what the desk knows at this instant, to which hedge exposure
 * should it trade now, or should it wait? It never sees the future, never places orders, never
 * rounds to lots and never thinks about contract types: an exposure is a signed number of units of
 * the underlying, and the engine turns it into perpetuals, futures or spot of either kind.
 *
 * A plug-in is one C file that includes this header, C standard headers, and nothing else:
 *
 *     #include <rehedge/strategy.h>
 *
 *     static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
 *         (void)state; (void)wake;
 *         if (!(view->woke & RH_WOKE_BOOK))
 *             return RH_HOLD;
 *         target[0] = rh_hedge_at(view, 0)->neutral;
 *         return RH_TRADE;
 *     }
 *
 *     REHEDGE_STRATEGY(once) = {
 *         .abi = REHEDGE_ABI, .size = sizeof(rh_strategy),
 *         .name = "once", .summary = "hedge when the book changes, then hold",
 *         .decide = decide,
 *     };
 *
 *     cc -shared -fPIC $(pkg-config --cflags rehedge) once.c -o once.so
 *     rehedge run experiment.yaml --plugin ./once.so --set strategy.name=once
 *
 * Versions. REHEDGE_ABI changes when something here changes its meaning; then old plug-ins are
 * refused. Structures only ever grow at their end: `size` says how much the plug-in knew, and the
 * view's `size` and `hedge_size` say how much the engine filled in. A field that lies beyond what the
 * other side knew reads as zero or isn't there; test `view->size` before reading fields that were
 * added later than the first version.
 *
 * Purity. `decide` must not change anything that outlives the call: not its state (it is const),
 * no globals, no clock, no random numbers, no input or output. It may be called more often than
 * it asked for (waking early is harmless) and must then give the same trades. What must be
 * remembered is remembered in `accepted` or `observe`.
 *
 * Composition. A rule may stand inside `any`, `all` or `not-during`, which ask it and may overrule its
 * RH_TRADE: then `accepted` is not called, and the rule must want the trade as long as its reason
 * lasts, also when it is asked later than its wake said. So compare times with `>=`, never with
 * `==`; let `accepted` alone end a wish; and answer from what is true now where the reason is a
 * level. RH_WOKE_BOOK and RH_WOKE_FILL are repeated to a rule that was overruled. `accepted` comes
 * for every trade of the lane, also for another rule's while this one held. A wake given
 * with RH_HOLD is about the state as it is, one given with RH_TRADE about the state after
 * `accepted`. `wake->at` of a rule that holds must not depend on when it was asked.
 *
 * Numbers. NaN means unknown. The engine asks `decide` only when `neutral` of the first hedge is
 * known, and treats a target that is not finite as a failure of the lane.
 *
 * Threads. A state belongs to one lane and is used by one thread at a time; several lanes may call
 * the same functions at once with different states.
 */
#ifndef REHEDGE_STRATEGY_H
#define REHEDGE_STRATEGY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REHEDGE_ABI 1u

/* ---- parameters ---- */

typedef enum {
    RH_PARAM_NUMBER,   /* value.number, in `unit`, within [min, max] */
    RH_PARAM_INTEGER,  /* value.integer, within [min, max] */
    RH_PARAM_DURATION, /* value.integer, nanoseconds; written `8h` */
    RH_PARAM_CHOICE,   /* value.integer: position in `choices`; value.text: the word */
    RH_PARAM_NUMBERS,  /* value.numbers, value.count of them, each within [min, max] */
    RH_PARAM_TEXT      /* value.text, e.g. an instrument's name */
} rh_param_type;

typedef struct rh_param {
    const char *name; /* lower_case, as in the experiment file */
    rh_param_type type;
    const char *unit;     /* "delta", "1/USD", "" ... */
    const char *initial;  /* the default, as the user would write it; NULL: must be given;
                             "" : may be left out (value.given is then 0) */
    double min, max;      /* numbers and integers; durations in seconds; both 0: no limit */
    const char *choices;  /* RH_PARAM_CHOICE: "edge centre" */
    const char *summary;  /* one line */
} rh_param;

/* One value for each parameter, in the order of the table. Texts and lists live as long as the
 * lane. */
typedef struct rh_value {
    int given;
    double number;
    int64_t integer;
    const char *text;
    const double *numbers;
    size_t count;
} rh_value;

/* ---- what a rule sees ---- */

/* Why the rule is asked now. Bits; several may be set, and none when another rule's wake or a test made
 * the engine ask. */
enum {
    RH_WOKE_BOOK = 1,   /* a position opened, closed, rolled or expired */
    RH_WOKE_TIME = 2,   /* wake.at has come */
    RH_WOKE_SIGNAL = 4, /* wake.signal left its range */
    RH_WOKE_FILL = 8    /* an order of this lane filled, and there was news since it was sent */
};

/* How good the numbers behind `exposure` are; the weakest of all positions. */
enum {
    RH_SEEN_NOW = 0,    /* every option was observed in this instant */
    RH_SEEN_BEFORE = 1, /* repriced from an earlier observation */
    RH_SEEN_STALE = 2   /* the same, older than mark.max_age */
};

/* One hedge instrument. Exposures are in units of the underlying. */
typedef struct rh_hedge {
    double held;    /* exposure of the position now */
    double pending; /* exposure of the order on its way */
    double neutral; /* the exposure that would meet the target, other instruments as held */
    double price;   /* USD per unit of underlying: the valuation price */
    double bid, ask; /* NaN where there is none */
    double cost;    /* what trading one unit of exposure costs now: USD, half spread plus fee */
    double delta, gamma, vega; /* of one unit of exposure; 1, 0, 0 unless it is an option */
    double funding; /* USD that one unit of exposure pays a year at the last rate; longs pay > 0 */
} rh_hedge;

/* One open option of the book, one unit of it but for `size`. */
typedef struct rh_option_leg {
    double size;          /* signed units of underlying */
    int right, inverse;   /* +1 call, -1 put; 1 if settled in coin */
    double strike, years; /* USD; ACT/365 to the expiry instant */
    double forward, vol;  /* of its expiry; fraction */
    double delta, gamma, vega; /* delta as the ratio model says, coin price not taken off; USD */
} rh_option_leg;

typedef struct rh_view {
    size_t size;       /* sizeof(rh_view) of the engine */
    size_t hedge_size; /* distance between two rh_hedge in `hedges` */
    int64_t now;       /* nanoseconds UTC */
    int64_t opened;    /* when the book's first position opened */
    int64_t expiry;    /* next expiry in the book; INT64_MAX without one */
    uint32_t woke;     /* RH_WOKE_ bits */
    uint32_t seen;     /* RH_SEEN_ */
    const rh_hedge *hedges;
    size_t n_hedges;
    double exposure; /* of everything but the hedges, units of underlying, in the numeraire */
    double target;   /* the exposure that the user wants to keep */
    double size_options; /* sum of |quantity| over open options, units of underlying */
    double gamma;    /* of the book: d exposure / d USD */
    double vega;     /* of the book: USD per 1.00 of vol */
    double theta;    /* of the book: USD per year */
    double spot;     /* conversion price, USD per coin */
    double forward;  /* of the first open option */
    double vol;      /* vega-weighted implied vol of the book, fraction; NaN without options */
    double rate;     /* continuous, USD */
    double cost;     /* proportional cost of trading the first hedge, fraction of its notional */
    double pnl;      /* of the lane since its start, numeraire */
    double variance; /* sum of squared log returns of the first hedge's price since the open */
    const uint64_t *observations; /* how often each watched instrument was observed so far */
    size_t n_observations;
    const rh_option_leg *options; /* open options; distance between two is `option_size` */
    size_t n_options, option_size;
    /* The exposure of one unit of option `i`, in the numeraire, at another volatility and
     * everything else as it is. Pure. */
    double (*delta_at)(const void *self, size_t i, double vol);
    const void *self;
} rh_view;

static inline const rh_hedge *rh_hedge_at(const rh_view *view, size_t i) {
    return (const rh_hedge *)(const void *)((const char *)view->hedges + i * view->hedge_size);
}

static inline const rh_option_leg *rh_option_at(const rh_view *view, size_t i) {
    return (const rh_option_leg *)(const void *)((const char *)view->options +
                                                 i * view->option_size);
}

/* ---- what a rule says ---- */

enum { RH_HOLD = 0, RH_TRADE = 1 }; /* any other value of decide is a failure of the lane */

/* Numbers that the engine can watch on a rule's behalf. */
enum {
    RH_SIGNAL_NONE = 0,     /* nothing */
    RH_SIGNAL_EVERY = 1,    /* ask at every instant with news (slow, always right) */
    RH_SIGNAL_GAP = 2,      /* held + pending - neutral of the first hedge */
    RH_SIGNAL_PRICE = 3,    /* price of the first hedge */
    RH_SIGNAL_PNL = 4,      /* view->pnl */
    RH_SIGNAL_VARIANCE = 5, /* view->variance */
    RH_SIGNAL_OBSERVATION = 256 /* + i: view->observations[i] */
};

/* What `width` is multiplied with before the comparison. */
enum {
    RH_SCALE_ONE = 0,
    RH_SCALE_ANCHOR = 1, /* |anchor|: width is a fraction of it */
    RH_SCALE_GAMMA = 2,  /* |gamma| x price of the first hedge: width is a fraction of price */
    RH_SCALE_SIZE = 3    /* size_options: width is per option */
};

/* Signals are looked at when the market says something: the passing of time alone (theta, the
 * averaging of a delivery price) wakes a rule only through `at`.
 *
 * Ask me again at `at`, or as soon as |signal - anchor| > width x scale. Initialised by the engine to
 * "never" before each decide. */
typedef struct rh_wake {
    int64_t at; /* nanoseconds UTC; INT64_MAX: no time */
    uint32_t signal, scale;
    double anchor, width;
} rh_wake;

/* ---- what a rule may ask of the engine when it starts ---- */

/* One position of the book as the experiment gives it; not all are open at the start. A position
 * that is renewed shows as several, of unknown strike and without expiry. */
typedef struct rh_contract {
    double size;        /* signed units of underlying */
    int right, inverse; /* +1 call, -1 put, 0 no option; 1 if settled in coin */
    double strike;      /* options: USD; NaN: yet to be chosen */
    int64_t open, expiry; /* first instant at which it may open; INT64_MAX without expiry */
} rh_contract;

typedef struct rh_host {
    size_t size;
    void *self;
    /* Counts the observations of an instrument from now on; returns its place in
     * view->observations, or -1 if the data have no such instrument. */
    int (*watch)(void *self, const char *instrument);
    /* Puts a sentence in front of the user when `start` fails. */
    void (*complain)(void *self, const char *sentence);
    size_t n_hedges;
    const rh_contract *contracts; /* distance between two is `contract_size` */
    size_t n_contracts, contract_size;
    double cost; /* fee of trading the first hedge, fraction of its notional; spread not in it */
    double rate; /* continuous, USD */
} rh_host;

/* ---- the record of a rule ---- */

typedef struct rh_strategy {
    uint32_t abi;  /* REHEDGE_ABI */
    uint32_t size; /* sizeof(rh_strategy) */
    const char *name, *summary;
    const char *source;     /* paper, book or practice it comes from; may be NULL */
    const rh_param *params; /* may be NULL */
    size_t n_params;
    size_t state_size; /* bytes of state that the engine keeps for each lane, zeroed at first */

    /* Optional. Takes the parameters into the state; 0, or -1 after complain. */
    int (*start)(void *state, const rh_value *values, const rh_host *host);

    /* RH_HOLD; or RH_TRADE with target[i] for each hedge (initialised to held + pending). Says in
     * either case when to be asked again. */
    int (*decide)(const void *state, const rh_view *view, double *target, rh_wake *wake);

    /* Optional. The lane trades in the instant of this view: what decide named, or what another
     * rule named beside this one (the order may still round to nothing). Rules remember here what
     * they have dealt with. */
    void (*accepted)(void *state, const rh_view *view);

    /* Optional; then every instant with news is shown to the rule, before decide. */
    void (*observe)(void *state, const rh_view *view);
} rh_strategy;

/* ---- ratio models: what the delta of one option is ---- */

/* One option as the desk knows it. */
typedef struct rh_option_view {
    size_t size;
    int right, inverse;   /* +1 call, -1 put; 1 if settled in coin */
    double strike, years; /* USD; ACT/365 to the expiry instant */
    double forward;       /* of this expiry, USD */
    double spot;          /* price of the hedge, USD */
    double vol, rate;     /* fraction; continuous */
    double price_coin;    /* value in coin of one option */
    double delta;         /* Black's: w N(w d1), discounted for linear options */
    double gamma, vega, vanna; /* USD */
    double hedge_carry;   /* d forward / d hedge price: F/P; 1 if the hedge is that future */
} rh_option_view;

typedef struct rh_ratio {
    uint32_t abi, size;
    const char *name, *summary, *source;
    const rh_param *params;
    size_t n_params, state_size;
    int (*start)(void *state, const rh_value *values, const rh_host *host); /* optional */
    /* Units of hedge exposure that offset one option held long, seen in USD; NaN if unknown. */
    double (*delta)(const void *state, const rh_option_view *option);
} rh_ratio;

/* ---- how a record leaves its file ---- */

#ifdef REHEDGE_BUILTIN
#define REHEDGE_STRATEGY(id) \
    extern const rh_strategy rh_strategy_##id; \
    const rh_strategy rh_strategy_##id
#define REHEDGE_RATIO(id) \
    extern const rh_ratio rh_ratio_##id; \
    const rh_ratio rh_ratio_##id
#else
#if defined(__GNUC__)
#define REHEDGE_EXPORT __attribute__((visibility("default")))
#else
#define REHEDGE_EXPORT
#endif
#define REHEDGE_STRATEGY(id) \
    extern REHEDGE_EXPORT const rh_strategy rehedge_strategy; \
    const rh_strategy rehedge_strategy
#define REHEDGE_RATIO(id) \
    extern REHEDGE_EXPORT const rh_ratio rehedge_ratio; \
    const rh_ratio rehedge_ratio
#endif

#ifdef __cplusplus
}
#endif

#endif
