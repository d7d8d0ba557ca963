/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/ledger.h"

#include "base/memory.h"

#include <math.h>

/* A running sum that keeps what rounding drops (Neumaier 1974). */
typedef struct {
    double sum, rest;
} exact_sum;

static void add(exact_sum *s, double x) {
    double t = s->sum + x;
    s->rest += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
    s->sum = t;
}

struct rh_ledger {
    double cash[RH_N_CURRENCIES], start[RH_N_CURRENCIES];
    exact_sum journal[RH_N_CURRENCIES];
    double rate[RH_N_CURRENCIES];
    rh_collateral collateral;
    rh_holding *holdings;
    size_t n_holdings;
    const rh_market *market;
    rh_flow_listener listener;
    rh_time touched; /* RH_DAWN: never */
    double spot;
    double gross; /* USD */
    rh_attribution explained;
};

rh_status rh_ledger_new(const rh_ledger_terms *terms, const rh_market *market,
                        rh_flow_listener listener, rh_ledger **out, rh_error *error) {
    rh_ledger *ledger = rh_allocate(1, sizeof *ledger);
    if (!ledger)
        return rh_no_memory(error);
    ledger->holdings = rh_allocate(terms->n_holdings, sizeof *ledger->holdings);
    if (!ledger->holdings) {
        rh_release(ledger);
        return rh_no_memory(error);
    }
    ledger->start[RH_USD] = terms->usd;
    ledger->start[RH_COIN] = terms->coin;
    ledger->rate[RH_USD] = terms->rate;
    ledger->rate[RH_COIN] = terms->rate_coin;
    ledger->collateral = terms->collateral;
    ledger->n_holdings = terms->n_holdings;
    ledger->market = market;
    ledger->listener = listener;
    for (size_t i = 0; i < terms->n_holdings; i++)
        ledger->holdings[i] = (rh_holding){
            .id = terms->holdings[i],
            .instrument = rh_catalogue_get(rh_market_catalogue(market), terms->holdings[i]),
            .role = terms->roles[i]};
    rh_ledger_reset(ledger);
    *out = ledger;
    return RH_OK;
}

void rh_ledger_reset(rh_ledger *ledger) {
    for (int c = 0; c < RH_N_CURRENCIES; c++) {
        ledger->cash[c] = ledger->start[c];
        ledger->journal[c] = (exact_sum){0};
    }
    for (size_t i = 0; i < ledger->n_holdings; i++) {
        const rh_holding *h = &ledger->holdings[i];
        ledger->holdings[i] = (rh_holding){
            .id = h->id, .instrument = h->instrument, .role = h->role, .price = NAN};
    }
    ledger->touched = RH_DAWN;
    ledger->spot = ledger->gross = 0.0;
    ledger->explained = (rh_attribution){0};
}

void rh_ledger_free(rh_ledger *ledger) {
    if (!ledger)
        return;
    rh_release(ledger->holdings);
    rh_release(ledger);
}

/* ---- cash ---- */

rh_currency rh_settles_in(const rh_instrument *instrument) {
    return instrument->settle == RH_INVERSE ? RH_COIN : RH_USD;
}

static double in_usd(const rh_ledger *ledger, rh_currency currency, double amount) {
    return currency == RH_COIN ? amount * ledger->spot : amount;
}

static double in_coin(const rh_ledger *ledger, rh_currency currency, double amount) {
    return currency == RH_COIN ? amount : amount / ledger->spot;
}

static void explain(rh_ledger *ledger, rh_term term, rh_currency currency, double amount) {
    if (amount == 0.0)
        return;
    ledger->explained.usd[term] += in_usd(ledger, currency, amount);
    ledger->explained.coin[term] += in_coin(ledger, currency, amount);
}

static rh_status book_flow(rh_ledger *ledger, rh_currency currency, rh_flow_reason reason,
                           uint32_t instrument, double amount, rh_error *error) {
    if (!isfinite(amount))
        return rh_fail(error, RH_IDENTITY, "ledger: a %s of %g was to be booked",
                       rh_flow_reason_text(reason), amount);
    ledger->cash[currency] += amount;
    add(&ledger->journal[currency], amount);
    ledger->gross += fabs(in_usd(ledger, currency, amount));
    if (!ledger->listener.flow)
        return RH_OK;
    const rh_flow flow = {ledger->touched, currency, reason, instrument, amount};
    return ledger->listener.flow(ledger->listener.self, &flow, error);
}

/* Books a flow; coin that isn't to be kept is turned into USD at once. */
static rh_status move_cash(rh_ledger *ledger, rh_currency currency, rh_flow_reason reason,
                           uint32_t instrument, double amount, rh_error *error) {
    if (amount == 0.0)
        return RH_OK;
    rh_status status = book_flow(ledger, currency, reason, instrument, amount, error);
    if (status != RH_OK || currency != RH_COIN || ledger->collateral == RH_COLLATERAL_INCLUDED)
        return status;
    status = book_flow(ledger, RH_COIN, RH_FLOW_SWEEP, instrument, -amount, error);
    if (status != RH_OK)
        return status;
    return book_flow(ledger, RH_USD, RH_FLOW_SWEEP, instrument, amount * ledger->spot, error);
}

double rh_ledger_cash(const rh_ledger *ledger, rh_currency currency) {
    return ledger->cash[currency];
}

double rh_ledger_balance(const rh_ledger *ledger, rh_currency currency) {
    double balance = ledger->cash[currency];
    for (size_t i = 0; i < ledger->n_holdings; i++)
        if (rh_settles_in(ledger->holdings[i].instrument) == currency)
            balance += ledger->holdings[i].accrued;
    return balance;
}

double rh_ledger_equity_usd(const rh_ledger *ledger, double options_usd) {
    return rh_ledger_balance(ledger, RH_USD) + rh_ledger_balance(ledger, RH_COIN) * ledger->spot +
           options_usd;
}

/* ---- the passing of time ---- */

/* What a holding has accrued at a price: a function of its entry, so that looking at it more
 * often changes no digit. */
static double accrued_at(const rh_holding *holding, double price) {
    if (holding->quantity == 0.0)
        return 0.0;
    if (holding->instrument->kind == RH_SPOT)
        return holding->quantity * holding->instrument->multiplier * price;
    return rh_variation(holding->instrument, holding->quantity, holding->entry, price);
}

static double market_price(const rh_ledger *ledger, const rh_holding *holding) {
    return rh_market_known_price(rh_market_state(ledger->market, holding->id)).value;
}

static double funding_due(const rh_ledger *ledger, const rh_holding *holding) {
    double paid = rh_market_state(ledger->market, holding->id)->funding_paid;
    return holding->quantity == 0.0 ? 0.0 : -holding->quantity * (paid - holding->funding_seen);
}

static double interest_due(const rh_ledger *ledger, rh_currency currency) {
    if (ledger->rate[currency] == 0.0 || ledger->touched == RH_DAWN)
        return 0.0;
    double years = rh_years(ledger->touched, rh_market_now(ledger->market));
    return ledger->cash[currency] * expm1(ledger->rate[currency] * years);
}

rh_balances rh_ledger_look(const rh_ledger *ledger) {
    double balance[RH_N_CURRENCIES];
    for (rh_currency c = RH_USD; c < RH_N_CURRENCIES; c++)
        balance[c] = ledger->cash[c] + interest_due(ledger, c);
    for (size_t i = 0; i < ledger->n_holdings; i++)
        balance[rh_settles_in(ledger->holdings[i].instrument)] +=
            funding_due(ledger, &ledger->holdings[i]);
    for (size_t i = 0; i < ledger->n_holdings; i++) {
        const rh_holding *holding = &ledger->holdings[i];
        balance[rh_settles_in(holding->instrument)] +=
            accrued_at(holding, market_price(ledger, holding));
    }
    return (rh_balances){balance[RH_USD], balance[RH_COIN]};
}

/* A balance in one currency changes its value in the other one. */
static void revalue_balances(rh_ledger *ledger, double spot) {
    ledger->explained.usd[RH_TERM_COLLATERAL] +=
        rh_ledger_balance(ledger, RH_COIN) * (spot - ledger->spot);
    ledger->explained.coin[RH_TERM_COLLATERAL] +=
        rh_ledger_balance(ledger, RH_USD) * (1.0 / spot - 1.0 / ledger->spot);
    ledger->spot = spot;
}

/* A future, perpetual or spot in the book: delta is what the hedge's move explains, the rest of
 * its first order is basis. All of its change is explained; convexity of inverse contracts against
 * USD stays in basis. */
static void explain_book_holding(rh_ledger *ledger, const rh_holding *holding, double from,
                                 double gained, double hedge_move) {
    const rh_currency currency = rh_settles_in(holding->instrument);
    const double exposure = rh_exposure(holding->instrument, holding->quantity, from);
    const double delta = exposure * hedge_move;
    ledger->explained.usd[RH_TERM_DELTA] += delta;
    ledger->explained.coin[RH_TERM_DELTA] += delta / ledger->spot;
    ledger->explained.usd[RH_TERM_BASIS] += in_usd(ledger, currency, gained) - delta;
    ledger->explained.coin[RH_TERM_BASIS] +=
        in_coin(ledger, currency, gained) - delta / ledger->spot;
}

static void mark_holding(rh_ledger *ledger, rh_holding *holding, double hedge_move) {
    const double from = holding->price;
    holding->price = market_price(ledger, holding);
    if (holding->quantity == 0.0)
        return;
    const double accrued = accrued_at(holding, holding->price);
    const double gained = accrued - holding->accrued;
    holding->accrued = accrued;
    if (holding->role == RH_HELD_AS_HEDGE)
        explain(ledger, RH_TERM_HEDGE, rh_settles_in(holding->instrument), gained);
    else
        explain_book_holding(ledger, holding, from, gained, hedge_move);
}

static rh_status pay_interest(rh_ledger *ledger, rh_currency currency, double amount,
                              rh_error *error) {
    explain(ledger, RH_TERM_INTEREST, currency, amount);
    return move_cash(ledger, currency, RH_FLOW_INTEREST, RH_NO_INSTRUMENT, amount, error);
}

static rh_status pay_funding(rh_ledger *ledger, rh_holding *holding, rh_error *error) {
    const rh_currency currency = rh_settles_in(holding->instrument);
    const double amount = funding_due(ledger, holding);
    holding->funding_seen = rh_market_state(ledger->market, holding->id)->funding_paid;
    explain(ledger, RH_TERM_FUNDING, currency, amount);
    return move_cash(ledger, currency, RH_FLOW_FUNDING, holding->id, amount, error);
}

/* The first holding is the hedge: its move is what a book's delta is measured against. */
static double hedge_move(const rh_ledger *ledger) {
    if (ledger->n_holdings == 0 || isnan(ledger->holdings[0].price))
        return 0.0;
    return market_price(ledger, &ledger->holdings[0]) - ledger->holdings[0].price;
}

rh_status rh_ledger_touch(rh_ledger *ledger, double spot, rh_error *error) {
    const double move = hedge_move(ledger);
    double interest[RH_N_CURRENCIES];
    rh_status status = RH_OK;
    for (rh_currency c = RH_USD; c < RH_N_CURRENCIES; c++)
        interest[c] = interest_due(ledger, c);
    if (ledger->touched == RH_DAWN)
        ledger->spot = spot;
    ledger->touched = rh_market_now(ledger->market);
    revalue_balances(ledger, spot);
    for (size_t i = 0; i < ledger->n_holdings; i++)
        mark_holding(ledger, &ledger->holdings[i], move);
    for (rh_currency c = RH_USD; c < RH_N_CURRENCIES && status == RH_OK; c++)
        if (interest[c] != 0.0)
            status = pay_interest(ledger, c, interest[c], error);
    for (size_t i = 0; i < ledger->n_holdings && status == RH_OK; i++)
        status = pay_funding(ledger, &ledger->holdings[i], error);
    return status;
}

/* ---- fills ---- */

/* Books what a perpetual or future has accrued. */
static rh_status realise(rh_ledger *ledger, rh_holding *holding, rh_flow_reason reason,
                         rh_error *error) {
    double amount = holding->accrued;
    holding->accrued = 0.0;
    holding->entry = holding->price;
    return move_cash(ledger, rh_settles_in(holding->instrument), reason, holding->id, amount,
                     error);
}

static rh_status pay_fee(rh_ledger *ledger, rh_currency currency, uint32_t id, double fee,
                         rh_error *error) {
    explain(ledger, RH_TERM_FEE, currency, -fee);
    return move_cash(ledger, currency, RH_FLOW_FEE, id, -fee, error);
}

rh_status rh_ledger_trade(rh_ledger *ledger, size_t i, double quantity, double price, double mid,
                          double decided, double fee, rh_fill *fill, rh_error *error) {
    rh_holding *holding = &ledger->holdings[i];
    const rh_currency currency = rh_settles_in(holding->instrument);
    const double spread = -rh_variation(holding->instrument, quantity, price, mid);
    const double latency = rh_variation(holding->instrument, quantity, decided, mid);
    const double gained = rh_variation(holding->instrument, quantity, price, holding->price);
    rh_status status;

    holding->quantity += quantity;
    holding->filled += quantity;
    explain(ledger, RH_TERM_SPREAD, currency, -spread);
    explain(ledger, RH_TERM_LATENCY, currency, -latency);
    explain(ledger, RH_TERM_HEDGE, currency, gained + spread + latency);
    if (holding->instrument->kind == RH_SPOT) {
        const double size = quantity * holding->instrument->multiplier;
        holding->accrued = accrued_at(holding, holding->price);
        status = move_cash(ledger, currency, RH_FLOW_HEDGE, holding->id, -size * price, error);
    } else {
        holding->accrued += gained;
        status = realise(ledger, holding, RH_FLOW_HEDGE, error);
    }
    fill->ts = ledger->touched;
    fill->instrument = holding->id;
    fill->quantity = quantity;
    fill->price = price;
    fill->mid = mid;
    fill->fee_usd = in_usd(ledger, currency, fee);
    fill->spread_usd = in_usd(ledger, currency, spread);
    fill->impact_usd = 0.0;
    fill->latency_usd = in_usd(ledger, currency, latency);
    return status == RH_OK ? pay_fee(ledger, currency, holding->id, fee, error) : status;
}

static rh_currency currency_by_id(const rh_ledger *ledger, uint32_t id) {
    return rh_settles_in(rh_catalogue_get(rh_market_catalogue(ledger->market), id));
}

rh_status rh_ledger_option(rh_ledger *ledger, uint32_t id, double size, double price, double mark,
                           double fee, rh_fill *fill, rh_error *error) {
    const rh_instrument *option = rh_catalogue_get(rh_market_catalogue(ledger->market), id);
    const rh_currency currency = rh_settles_in(option);
    const double spread = size * (price - mark);
    explain(ledger, RH_TERM_SPREAD, currency, -spread);
    fill->ts = ledger->touched;
    fill->instrument = id;
    fill->quantity = size / option->multiplier;
    fill->price = price;
    fill->mid = mark;
    fill->fee_usd = in_usd(ledger, currency, fee);
    fill->spread_usd = in_usd(ledger, currency, spread);
    fill->impact_usd = fill->latency_usd = 0.0;
    rh_status status = move_cash(ledger, currency, RH_FLOW_PREMIUM, id, -size * price, error);
    return status == RH_OK ? pay_fee(ledger, currency, id, fee, error) : status;
}

rh_status rh_ledger_settle_option(rh_ledger *ledger, uint32_t id, double size, double payoff,
                                  double fee, rh_error *error) {
    const rh_currency currency = currency_by_id(ledger, id);
    rh_status status = move_cash(ledger, currency, RH_FLOW_SETTLEMENT, id, size * payoff, error);
    return status == RH_OK ? pay_fee(ledger, currency, id, fee, error) : status;
}

rh_status rh_ledger_settle_future(rh_ledger *ledger, size_t i, double delivery, rh_error *error) {
    rh_holding *holding = &ledger->holdings[i];
    double gained = rh_variation(holding->instrument, holding->quantity, holding->price, delivery);
    holding->accrued += gained;
    explain(ledger, RH_TERM_SETTLEMENT, rh_settles_in(holding->instrument), gained);
    holding->filled -= holding->quantity;
    holding->quantity = 0.0;
    return realise(ledger, holding, RH_FLOW_SETTLEMENT, error);
}

/* ---- reading and checking ---- */

const rh_holding *rh_ledger_holding(const rh_ledger *ledger, size_t i) {
    return &ledger->holdings[i];
}

const rh_attribution *rh_ledger_explained(const rh_ledger *ledger) {
    return &ledger->explained;
}

void rh_ledger_explain_reset(rh_ledger *ledger) {
    ledger->explained = (rh_attribution){0};
}

double rh_ledger_gross_flow(const rh_ledger *ledger) {
    return ledger->gross;
}

rh_status rh_ledger_check(const rh_ledger *ledger, rh_error *error) {
    static const char *const names[] = {"USD", "coin"};
    for (int c = 0; c < RH_N_CURRENCIES; c++) {
        double booked = ledger->start[c] + (ledger->journal[c].sum + ledger->journal[c].rest);
        double off = in_usd(ledger, (rh_currency)c, ledger->cash[c] - booked);
        if (!(fabs(off) <=
              1e-9 * (ledger->gross + fabs(in_usd(ledger, (rh_currency)c, ledger->start[c])))))
            return rh_fail(error, RH_IDENTITY, "ledger: %s cash differs from its journal by %g USD",
                           names[c], off);
    }
    for (size_t i = 0; i < ledger->n_holdings; i++) {
        const rh_holding *h = &ledger->holdings[i];
        if (!(fabs(h->quantity - h->filled) <= 1e-9 * (fabs(h->quantity) + 1.0)))
            return rh_fail(error, RH_IDENTITY,
                           "ledger: position in %s differs from its fills by %g",
                           h->instrument->name, h->quantity - h->filled);
    }
    return RH_OK;
}
