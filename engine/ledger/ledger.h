/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger.h: cash and positions of one account, by currency, and where each change came from.
 *
 * The account holds cash in USD and in coin, options (held at their premium's currency, valued by
 * whoever asks), and holdings: spot, perpetuals and futures. Perpetuals and futures move variation
 * only: it accrues with the price and is booked to cash at every fill and at settlement. Spot moves
 * its notional in cash.
 *
 * Every instant in which something is done to an account begins with rh_ledger_touch: it brings
 * the account from the last touch to now (variation, revaluation of the currencies' balances,
 * funding, interest) on what stood in between. Every other function works at the prices of the
 * last touch, but for rh_ledger_look, which says what a touch would find and changes nothing: so an
 * account that is only looked at has the same digits as one that isn't.
 *
 * Each change of equity lands in exactly one term of `explained`, in USD and in coin. Options'
 * changes in value are not the ledger's business: the caller adds their terms.
 *
 * Under RH_COLLATERAL_IGNORED each coin flow is turned into USD as it occurs, so that no coin
 * cash stays.
 */
#ifndef RH_LEDGER_LEDGER_H
#define RH_LEDGER_LEDGER_H

#include "instrument/catalogue.h"
#include "ledger/entry.h"
#include "market/market.h"

#include <stddef.h>

typedef enum { RH_COLLATERAL_INCLUDED, RH_COLLATERAL_IGNORED } rh_collateral;
typedef enum { RH_HELD_AS_HEDGE, RH_HELD_IN_BOOK } rh_holding_role;

typedef struct {
    uint32_t id;
    const rh_instrument *instrument;
    rh_holding_role role;
    double quantity;
    double entry;   /* perpetuals, futures: price from which variation runs */
    double price;   /* valuation price at the last touch, USD */
    double accrued; /* settlement currency: variation since entry, or the value of spot */
    double funding_seen;
    double filled; /* sum of fills, kept beside `quantity` for the identity */
} rh_holding;

/* Who hears of cash movements; may be NULL. */
typedef struct {
    rh_status (*flow)(void *self, const rh_flow *flow, rh_error *error);
    void *self;
} rh_flow_listener;

typedef struct {
    double usd, coin;       /* initial cash */
    double rate, rate_coin; /* continuous interest on cash */
    rh_collateral collateral;
    size_t n_holdings;
    const uint32_t *holdings; /* instruments that may be held */
    const rh_holding_role *roles;
} rh_ledger_terms;

typedef struct rh_ledger rh_ledger;

rh_status rh_ledger_new(const rh_ledger_terms *terms, const rh_market *market,
                        rh_flow_listener listener, rh_ledger **out, rh_error *error);

/* Back to the cash of the start and no positions, for another history. Allocates nothing. */
void rh_ledger_reset(rh_ledger *ledger);
void rh_ledger_free(rh_ledger *ledger);

/* The currency in which an instrument's gains are paid. */
rh_currency rh_settles_in(const rh_instrument *instrument);

/* Brings the account to now at conversion price `spot` (USD per coin, not NaN). The first call
 * starts the clock. Holdings without a price now stay at the last one. */
rh_status rh_ledger_touch(rh_ledger *ledger, double spot, rh_error *error);

/* A fill of a holding at `price`. `mid` is the valuation price of the state that it met, `decided`
 * the one when the order was decided; without latency both are what the holding is valued at now.
 * price to mid is spread, mid to decided latency, and the hedge's own gain runs from `decided`.
 * `fee` is in settlement currency, positive when it costs. Fills in fill->ts ... latency_usd. */
rh_status rh_ledger_trade(rh_ledger *ledger, size_t holding, double quantity, double price,
                          double mid, double decided, double fee, rh_fill *fill, rh_error *error);

/* `size` options (quantity x multiplier, signed) bought at `price`, valued at `mark`, per unit in
 * settlement currency. */
rh_status rh_ledger_option(rh_ledger *ledger, uint32_t id, double size, double price, double mark,
                           double fee, rh_fill *fill, rh_error *error);

/* Cash settlement: `size` options pay `payoff` each, less the delivery fee; or a future settles
 * at the delivery price and its quantity becomes 0. */
rh_status rh_ledger_settle_option(rh_ledger *ledger, uint32_t id, double size, double payoff,
                                  double fee, rh_error *error);
rh_status rh_ledger_settle_future(rh_ledger *ledger, size_t holding, double delivery,
                                  rh_error *error);

/* Everything but options: cash and what holdings have accrued, by currency. */
double rh_ledger_balance(const rh_ledger *ledger, rh_currency currency);

/* The balances that a touch now would lead to, to the bit; under RH_COLLATERAL_IGNORED before the
 * sweep of what the touch would book. */
typedef struct {
    double usd, coin;
} rh_balances;
rh_balances rh_ledger_look(const rh_ledger *ledger);
double rh_ledger_cash(const rh_ledger *ledger, rh_currency currency);
const rh_holding *rh_ledger_holding(const rh_ledger *ledger, size_t i);

/* Equity in USD when the open options are worth `options_usd`. */
double rh_ledger_equity_usd(const rh_ledger *ledger, double options_usd);

/* Terms since the last rh_ledger_explain_reset. Interest, funding, ... as signed contributions. */
const rh_attribution *rh_ledger_explained(const rh_ledger *ledger);
void rh_ledger_explain_reset(rh_ledger *ledger);

/* Sum of |amount| of all flows so far, in USD: the scale of rounding errors. */
double rh_ledger_gross_flow(const rh_ledger *ledger);

/* cash = start + sum of the journal, per currency; position = sum of fills. RH_IDENTITY and a
 * sentence if one is broken by more than 1e-9 of the gross flow. */
rh_status rh_ledger_check(const rh_ledger *ledger, rh_error *error);

#endif
