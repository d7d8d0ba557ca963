/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cash, positions, funding, interest and attribution of one account, against sums done by hand. */
#include "tape.h"

#include "ledger/ledger.h"

enum { MOST_FLOWS = 4096, N_HOLDINGS = 5 };
enum { INVERSE, LINEAR, SPOT, FUTURE, IN_BOOK }; /* holdings; the first is the hedge */

typedef struct {
    rh_catalogue *catalogue;
    rh_market *market;
    uint32_t ids[N_HOLDINGS], option, linear_option;
    rh_ledger *ledger;
    rh_flow flows[MOST_FLOWS];
    size_t n_flows;
} account;

static rh_status hear(void *self, const rh_flow *flow, rh_error *error) {
    account *a = self;
    (void)error;
    a->flows[a->n_flows++ % MOST_FLOWS] = *flow;
    return RH_OK;
}

static rh_ledger *new_ledger(account *a, rh_ledger_terms terms) {
    static const rh_holding_role roles[N_HOLDINGS] = {
        RH_HELD_AS_HEDGE, RH_HELD_AS_HEDGE, RH_HELD_AS_HEDGE, RH_HELD_IN_BOOK, RH_HELD_IN_BOOK};
    rh_ledger *ledger = NULL;
    terms.n_holdings = N_HOLDINGS;
    terms.holdings = a->ids;
    terms.roles = roles;
    assert_int_equal(rh_ledger_new(&terms, a->market, (rh_flow_listener){hear, a}, &ledger, NULL),
                     RH_OK);
    return ledger;
}

static void make(account *a, rh_funding_mode funding, rh_ledger_terms terms) {
    a->n_flows = 0;
    a->catalogue = rh_catalogue_new();
    a->ids[INVERSE] = add_named(a->catalogue, "BTC-PERPETUAL");
    a->ids[LINEAR] = add_named(a->catalogue, "BTCUSDT");
    a->ids[SPOT] = add_spot(a->catalogue);
    a->ids[FUTURE] = add_named(a->catalogue, "BTC-25JUN21");
    a->ids[IN_BOOK] = a->ids[INVERSE];
    a->option = add_named(a->catalogue, "BTC-25JUN21-36000-C");
    a->linear_option = add_named(a->catalogue, "BTC-210625-36000-C");
    a->market = rh_market_new(a->catalogue, funding);
    a->ledger = new_ledger(a, terms);
}

static void drop(account *a) {
    rh_ledger_free(a->ledger);
    rh_market_free(a->market);
    rh_catalogue_free(a->catalogue);
}

/* Every instrument trades at `price`, and the account is touched there. */
static void move(account *a, rh_time ts, double price) {
    tape_row rows[4];
    for (int i = 0; i < 4; i++)
        rows[i] = (tape_row){.instrument = a->ids[i], .last = price};
    tell(a->market, ts, rows, 4);
    assert_int_equal(rh_ledger_touch(a->ledger, price, NULL), RH_OK);
}

static rh_fill trade(account *a, size_t holding, double quantity, double price, double fee) {
    rh_fill fill = {.ts = 0};
    const double now = rh_ledger_holding(a->ledger, holding)->price;
    assert_int_equal(
        rh_ledger_trade(a->ledger, holding, quantity, price, now, now, fee, &fill, NULL), RH_OK);
    return fill;
}

static double sum_of_flows(const account *a, rh_currency currency) {
    double sum = 0.0;
    assert_in_range(a->n_flows, 0, MOST_FLOWS);
    for (size_t i = 0; i < a->n_flows; i++)
        sum += a->flows[i].currency == currency ? a->flows[i].amount : 0.0;
    return sum;
}

/* ---- contracts ---- */

static void test_spot_moves_its_notional(void **state) {
    account a;
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.usd = 1000});
    move(&a, DAY0, 100.0);
    const rh_fill fill = trade(&a, SPOT, 2.0, 101.0, 0.5);
    assert_true(rh_ledger_cash(a.ledger, RH_USD) == 1000 - 202 - 0.5);
    assert_true(rh_ledger_balance(a.ledger, RH_USD) == 1000 - 2 - 0.5);
    assert_true(fill.spread_usd == 2.0 && fill.fee_usd == 0.5 && fill.latency_usd == 0.0);
    move(&a, DAY0 + RH_HOUR, 110.0);
    assert_true(rh_ledger_cash(a.ledger, RH_USD) == 797.5);
    assert_true(rh_ledger_balance(a.ledger, RH_USD) == 1017.5);
    (void)trade(&a, SPOT, -2.0, 110.0, 0.0);
    assert_true(rh_ledger_cash(a.ledger, RH_USD) == 1017.5);
    assert_true(rh_ledger_balance(a.ledger, RH_USD) == 1017.5);
    drop(&a);
}

static void test_linear_moves_variation_only(void **state) {
    account a;
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.usd = 0});
    move(&a, DAY0, 100.0);
    (void)trade(&a, LINEAR, 3.0, 100.0, 0.0);
    assert_true(rh_ledger_cash(a.ledger, RH_USD) == 0.0);
    move(&a, DAY0 + RH_HOUR, 110.0);
    assert_true(rh_ledger_cash(a.ledger, RH_USD) == 0.0); /* booked at fills only */
    assert_true(rh_ledger_balance(a.ledger, RH_USD) == 30.0);
    (void)trade(&a, LINEAR, -1.0, 110.0, 0.0);
    assert_true(rh_ledger_cash(a.ledger, RH_USD) == 30.0);
    move(&a, DAY0 + 2 * RH_HOUR, 95.0);
    assert_true(rh_ledger_balance(a.ledger, RH_USD) == 30.0 - 2 * 15.0);
    assert_true(rh_ledger_cash(a.ledger, RH_COIN) == 0.0);
    drop(&a);
}

static void test_inverse_pays_coin(void **state) {
    account a;
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.coin = 1.0});
    move(&a, DAY0, 50000.0);
    (void)trade(&a, INVERSE, 10000.0, 50000.0, 0.0001);
    move(&a, DAY0 + RH_HOUR, 40000.0);
    /* N (1/P0 - 1/P1) = 10000 (0.00002 - 0.000025) */
    assert_near(rh_ledger_balance(a.ledger, RH_COIN), 1.0 - 0.05 - 0.0001, 1e-15);
    assert_true(rh_ledger_cash(a.ledger, RH_COIN) == 1.0 - 0.0001);
    (void)trade(&a, INVERSE, -10000.0, 40000.0, 0.0);
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), 1.0 - 0.05 - 0.0001, 1e-15);
    assert_near(rh_ledger_equity_usd(a.ledger, 0.0), 0.9499 * 40000.0, 1e-9);
    drop(&a);
}

/* Bought at 103 where the state that the order met had its mid at 102; decided at 100; now 105. */
static void test_costs_are_split_at_the_venues_mid(void **state) {
    account a;
    rh_fill fill = {.ts = 0};
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.usd = 0});
    move(&a, DAY0, 105.0);
    assert_int_equal(rh_ledger_trade(a.ledger, LINEAR, 2.0, 103.0, 102.0, 100.0, 0.25, &fill, NULL),
                     RH_OK);
    const double *usd = rh_ledger_explained(a.ledger)->usd;
    assert_true(fill.spread_usd == 2.0 && fill.latency_usd == 4.0 && fill.mid == 102.0);
    assert_true(usd[RH_TERM_SPREAD] == -2.0 && usd[RH_TERM_LATENCY] == -4.0);
    assert_true(usd[RH_TERM_HEDGE] == 10.0 && usd[RH_TERM_FEE] == -0.25);
    assert_true(rh_ledger_balance(a.ledger, RH_USD) == 4.0 - 0.25);
    drop(&a);
}

static void test_futures_settle_at_delivery(void **state) {
    account a;
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.coin = 0});
    move(&a, DAY0, 50000.0);
    (void)trade(&a, FUTURE, 20000.0, 50000.0, 0.0);
    move(&a, EXPIRY, 40000.0);
    assert_int_equal(rh_ledger_settle_future(a.ledger, FUTURE, 25000.0, NULL), RH_OK);
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), 20000.0 * (1 / 50000.0 - 1 / 25000.0), 1e-15);
    assert_true(rh_ledger_holding(a.ledger, FUTURE)->quantity == 0.0);
    assert_true(rh_ledger_holding(a.ledger, FUTURE)->accrued == 0.0);
    assert_near(rh_ledger_explained(a.ledger)->coin[RH_TERM_SETTLEMENT],
                20000.0 * (1 / 40000.0 - 1 / 25000.0), 1e-15);
    assert_int_equal(rh_ledger_check(a.ledger, NULL), RH_OK);
    drop(&a);
}

static void test_options_pay_premium_and_payoff(void **state) {
    account a;
    rh_fill fill = {.ts = 0};
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.coin = 0});
    move(&a, DAY0, 40000.0);
    assert_int_equal(rh_ledger_option(a.ledger, a.option, -10.0, 0.05, 0.052, 0.003, &fill, NULL),
                     RH_OK);
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), 0.5 - 0.003, 1e-16);
    assert_near(fill.spread_usd, 10.0 * 0.002 * 40000.0, 1e-10); /* sold below the mark */
    assert_near(rh_ledger_explained(a.ledger)->coin[RH_TERM_SPREAD], -0.02, 1e-16);
    assert_int_equal(rh_ledger_settle_option(a.ledger, a.option, -10.0, 0.1, 0.001, NULL), RH_OK);
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), 0.5 - 0.003 - 1.0 - 0.001, 1e-15);
    assert_int_equal(a.n_flows, 4);
    assert_int_equal(a.flows[0].reason, RH_FLOW_PREMIUM);
    assert_int_equal(a.flows[1].reason, RH_FLOW_FEE);
    assert_int_equal(a.flows[2].reason, RH_FLOW_SETTLEMENT);
    drop(&a);
}

static void test_nan_never_enters(void **state) {
    account a;
    rh_fill fill = {.ts = 0};
    rh_error error;
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.coin = 0});
    move(&a, DAY0, 40000.0);
    assert_int_equal(rh_ledger_option(a.ledger, a.option, 1.0, NAN, 0.05, 0.0, &fill, &error),
                     RH_IDENTITY);
    assert_non_null(strstr(error.text, "premium"));
    assert_true(rh_ledger_cash(a.ledger, RH_COIN) == 0.0 && a.n_flows == 0);
    drop(&a);
}

/* ---- funding ---- */

static void test_discrete_funding_at_the_stamp(void **state) {
    account a;
    (void)state;
    make(&a, RH_FUNDING_DISCRETE, (rh_ledger_terms){.usd = 0});
    move(&a, DAY0, 50000.0);
    (void)trade(&a, LINEAR, 2.0, 50000.0, 0.0);
    (void)trade(&a, INVERSE, -10000.0, 50000.0, 0.0);
    const tape_row rates[] = {
        {.instrument = a.ids[LINEAR], .rate = 0.0001, .hours = 8, .mark = 40000.0},
        {.instrument = a.ids[INVERSE], .rate = 0.0003, .hours = 8, .mark = 40000.0}};
    tell(a.market, DAY0 + 8 * RH_HOUR, rates, 2);
    assert_int_equal(rh_ledger_touch(a.ledger, 40000.0, NULL), RH_OK);
    const rh_attribution *e = rh_ledger_explained(a.ledger);
    assert_near(rh_ledger_cash(a.ledger, RH_USD), -2.0 * 40000.0 * 0.0001, 1e-12); /* longs pay */
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), 10000.0 / 40000.0 * 0.0003, 1e-18);
    assert_near(e->usd[RH_TERM_FUNDING], -8.0 + 3.0, 1e-12);
    tell(a.market, DAY0 + 9 * RH_HOUR, NULL, 0); /* nothing runs between stamps */
    assert_int_equal(rh_ledger_touch(a.ledger, 40000.0, NULL), RH_OK);
    assert_near(rh_ledger_cash(a.ledger, RH_USD), -8.0, 1e-12);
    drop(&a);
}

static void test_continuous_funding_for_one_interval_at_most(void **state) {
    account a;
    (void)state;
    make(&a, RH_FUNDING_CONTINUOUS, (rh_ledger_terms){.coin = 0});
    const tape_row rate = {.instrument = a.ids[INVERSE], .rate = 0.0008, .hours = 8, .last = 50000};
    tell(a.market, DAY0, &rate, 1);
    assert_int_equal(rh_ledger_touch(a.ledger, 50000.0, NULL), RH_OK);
    (void)trade(&a, INVERSE, 50000.0, 50000.0, 0.0); /* 1 coin */
    move(&a, DAY0 + RH_HOUR, 50000.0);
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), -0.0001, 1e-18);
    move(&a, DAY0 + 4 * RH_HOUR, 25000.0); /* what stood before the move counts */
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), -0.0004, 1e-18);
    move(&a, DAY0 + 6 * RH_HOUR, 25000.0); /* now a contract is worth twice the coin */
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), -0.0008, 1e-18);
    move(&a, DAY0 + 8 * RH_HOUR, 25000.0);
    move(&a, DAY0 + 30 * RH_HOUR, 25000.0);
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), -0.0012, 1e-18);
    assert_int_equal(rh_market_state(a.market, a.ids[INVERSE])->funding_gap, 22 * RH_HOUR);
    drop(&a);
}

/* ---- interest ---- */

static double after_a_year(rh_currency currency, int touches) {
    account a;
    make(&a, RH_FUNDING_NONE,
         (rh_ledger_terms){.usd = 1000, .coin = -2, .rate = 0.05, .rate_coin = 0.03});
    move(&a, DAY0, 100.0);
    for (int i = 1; i <= touches; i++)
        move(&a, DAY0 + 365 * RH_DAY / touches * i, 100.0);
    move(&a, DAY0 + 365 * RH_DAY, 100.0);
    const double cash = rh_ledger_cash(a.ledger, currency);
    const double explained = rh_ledger_explained(a.ledger)->usd[RH_TERM_INTEREST];
    assert_near(explained, 1000 * expm1(0.05) - 200 * expm1(0.03), 1e-10);
    drop(&a);
    return cash;
}

static void test_interest_compounds_exactly(void **state) {
    (void)state;
    for (int touches = 1; touches <= 1000; touches *= 10) {
        assert_near(after_a_year(RH_USD, touches), 1000 * exp(0.05), 1e-10);
        assert_near(after_a_year(RH_COIN, touches), -2 * exp(0.03), 1e-13);
    }
}

/* ---- collateral: ignore ---- */

static void test_ignored_collateral_is_swept(void **state) {
    account a;
    rh_fill fill = {.ts = 0};
    (void)state;
    make(&a, RH_FUNDING_NONE, (rh_ledger_terms){.collateral = RH_COLLATERAL_IGNORED});
    move(&a, DAY0, 40000.0);
    assert_int_equal(rh_ledger_option(a.ledger, a.option, -1.0, 0.1, 0.1, 0.0, &fill, NULL), RH_OK);
    assert_true(rh_ledger_cash(a.ledger, RH_COIN) == 0.0);
    assert_near(rh_ledger_cash(a.ledger, RH_USD), 4000.0, 1e-9);
    (void)trade(&a, INVERSE, 40000.0, 40000.0, 0.0);
    move(&a, DAY0 + RH_HOUR, 50000.0);
    (void)trade(&a, INVERSE, -40000.0, 50000.0, 0.0); /* 1 - 0.8 coin, at 50000 */
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), 0.0, 1e-18);
    assert_near(rh_ledger_cash(a.ledger, RH_USD), 14000.0, 1e-9);
    assert_near(sum_of_flows(&a, RH_COIN), 0.0, 1e-18);
    assert_int_equal(rh_ledger_check(a.ledger, NULL), RH_OK);
    drop(&a);
}

/* ---- looking ---- */

static void test_looking_is_a_touch_that_changes_nothing(void **state) {
    uint64_t seed = 7;
    (void)state;
    for (int run = 0; run < 200; run++) {
        account a;
        make(&a, run % 2 ? RH_FUNDING_CONTINUOUS : RH_FUNDING_DISCRETE,
             (rh_ledger_terms){
                 .usd = 5000 * draw(&seed), .coin = draw(&seed), .rate = 0.1, .rate_coin = 0.05});
        rh_time now = DAY0;
        move(&a, now, 40000.0);
        for (int i = 0; i < 20; i++) {
            const size_t h = (size_t)draw_below(&seed, N_HOLDINGS);
            (void)trade(&a, h, (h == INVERSE || h > SPOT ? 40000 : 1) * draw_normal(&seed),
                        39000 + 2000 * draw(&seed), draw(&seed) * 1e-3);
            now += 1 + (rh_time)(draw(&seed) * (double)RH_HOUR);
            const double price = 40000 * exp(0.02 * draw_normal(&seed));
            tape_row rows[4];
            for (int k = 0; k < 4; k++)
                rows[k] = (tape_row){.instrument = a.ids[k],
                                     .last = price * (1 + 0.001 * k),
                                     .rate = 1e-4,
                                     .hours = 8};
            tell(a.market, now, rows, 4);
            const rh_balances seen = rh_ledger_look(a.ledger);
            assert_true(rh_ledger_look(a.ledger).usd == seen.usd);
            assert_int_equal(rh_ledger_touch(a.ledger, price, NULL), RH_OK);
            assert_true(rh_ledger_balance(a.ledger, RH_USD) == seen.usd);
            assert_true(rh_ledger_balance(a.ledger, RH_COIN) == seen.coin);
        }
        drop(&a);
    }
}

/* ---- random lives ---- */

/* The same account kept naively: every trade with its price, no running sums of any kind. */
typedef struct {
    struct {
        size_t holding;
        double quantity, price;
    } trades[64];
    size_t n_trades;
    double cash[2];                  /* fees, premiums, funding */
    double option_size[2];           /* coin, USD option */
    double option_mark[2];           /* in coin, in USD */
    double spot, prices[N_HOLDINGS]; /* now */
} naive;

static double naive_balance(const naive *n, rh_currency currency) {
    double sum = n->cash[currency];
    for (size_t i = 0; i < n->n_trades; i++) {
        const size_t h = n->trades[i].holding;
        const double q = n->trades[i].quantity, p = n->trades[i].price, now = n->prices[h];
        const int coin = h != LINEAR && h != SPOT;
        if (coin == (currency == RH_COIN))
            sum += coin ? q / p - q / now : q * now - q * p;
    }
    return sum;
}

static double naive_equity_usd(const naive *n) {
    return naive_balance(n, RH_USD) + n->option_size[1] * n->option_mark[1] +
           n->spot * (naive_balance(n, RH_COIN) + n->option_size[0] * n->option_mark[0]);
}

static double naive_position(const naive *n, size_t holding) {
    double sum = 0.0;
    for (size_t i = 0; i < n->n_trades; i++)
        sum += n->trades[i].holding == holding ? n->trades[i].quantity : 0.0;
    return sum;
}

static void random_prices(account *a, naive *n, rh_time now, uint64_t *seed, double rate) {
    tape_row rows[4];
    const double mid = (n->spot > 0.0 ? n->spot : 40000.0) * exp(0.02 * draw_normal(seed));
    for (int i = 0; i < 4; i++)
        rows[i] = (tape_row){.instrument = a->ids[i],
                             .last = mid * (1 + 0.003 * draw_normal(seed)),
                             .rate = rate,
                             .hours = 8};
    tell(a->market, now, rows, 4);
    for (size_t i = 0; i < 4; i++)
        n->prices[i] = rows[i].last;
    n->prices[IN_BOOK] = n->prices[INVERSE];
    n->spot = mid;
    if (rate == 0.0)
        return;
    for (size_t h = 0; h < N_HOLDINGS; h++) { /* at the stamp, on what was held before */
        const double q = naive_position(n, h);
        if (h == LINEAR || h == SPOT)
            n->cash[RH_USD] -= q * n->prices[h] * rate;
        else
            n->cash[RH_COIN] -= q / n->prices[h] * rate;
    }
}

static void random_trade(account *a, naive *n, uint64_t *seed) {
    const size_t h = (size_t)draw_below(seed, N_HOLDINGS);
    const int coin = h != LINEAR && h != SPOT;
    const double q = draw_normal(seed) * (coin ? 40000.0 : 1.0);
    const double price = n->prices[h] * (1 + 0.001 * draw_normal(seed));
    const double mid = n->prices[h] * (1 + 0.001 * draw_normal(seed));
    const double decided = n->prices[h] * (1 + 0.001 * draw_normal(seed));
    const double fee = draw(seed) * (coin ? 1e-4 : 4.0);
    rh_fill fill;
    assert_int_equal(rh_ledger_trade(a->ledger, h, q, price, mid, decided, fee, &fill, NULL),
                     RH_OK);
    n->trades[n->n_trades].holding = h;
    n->trades[n->n_trades].quantity = q;
    n->trades[n->n_trades++].price = price;
    n->cash[coin ? RH_COIN : RH_USD] -= fee;
}

static void random_option(account *a, naive *n, uint64_t *seed) {
    const int k = draw_below(seed, 2);
    const double size = draw_normal(seed), fee = draw(seed) * (k ? 1.0 : 1e-4);
    const double mark = n->option_mark[k], price = mark * (1 + 0.05 * draw_normal(seed));
    rh_fill fill;
    assert_int_equal(rh_ledger_option(a->ledger, k ? a->linear_option : a->option, size, price,
                                      mark, fee, &fill, NULL),
                     RH_OK);
    n->option_size[k] += size;
    n->cash[k ? RH_USD : RH_COIN] -= size * price + fee;
}

static double total(const double terms[RH_N_TERMS]) {
    double sum = 0.0;
    for (int t = 0; t < RH_N_TERMS; t++)
        sum += terms[t];
    return sum;
}

/* Trades, prices and funding at random: balances are those of the naive account, and what is
 * explained is the change of equity in both currencies (options' own changes are the caller's). */
static void random_life(uint64_t *seed, rh_collateral collateral) {
    account a;
    naive n = {.cash = {1000 * draw(seed), draw(seed)}, .option_mark = {0.05, 1500.0}};
    const int keep_coin = collateral == RH_COLLATERAL_INCLUDED;
    if (!keep_coin)
        n.cash[RH_COIN] = 0.0;
    make(&a, RH_FUNDING_DISCRETE,
         (rh_ledger_terms){
             .usd = n.cash[RH_USD], .coin = n.cash[RH_COIN], .collateral = collateral});
    const double start_usd = n.cash[RH_USD], start_coin = n.cash[RH_COIN];
    rh_time now = DAY0;
    random_prices(&a, &n, now, seed, 0.0);
    assert_int_equal(rh_ledger_touch(a.ledger, n.spot, NULL), RH_OK);
    double usd = start_usd + start_coin * n.spot, coin = usd / n.spot;
    double options_usd = 0.0, options_coin = 0.0; /* the caller's terms */
    for (int i = 0; i < 40; i++) {
        for (int k = draw_below(seed, 3); k > 0 && n.n_trades < 60; k--)
            random_trade(&a, &n, seed);
        if (draw_below(seed, 4) == 0)
            random_option(&a, &n, seed);
        now += 1 + (rh_time)(draw(seed) * (double)RH_DAY);
        const naive old = n;
        random_prices(&a, &n, now, seed, draw_below(seed, 5) ? 0.0 : 1e-3 * draw_normal(seed));
        n.option_mark[0] = 0.05 * exp(0.3 * draw_normal(seed));
        n.option_mark[1] = 1500 * exp(0.3 * draw_normal(seed));
        for (int k = 0; k < 2; k++) {
            const double before = old.option_mark[k], after = n.option_mark[k];
            options_usd +=
                n.option_size[k] * (k ? after - before : after * n.spot - before * old.spot);
            options_coin +=
                n.option_size[k] * (k ? after / n.spot - before / old.spot : after - before);
        }
        assert_int_equal(rh_ledger_touch(a.ledger, n.spot, NULL), RH_OK);
        assert_int_equal(rh_ledger_check(a.ledger, NULL), RH_OK);
    }
    const double scale = rh_ledger_gross_flow(a.ledger) + 1e5;
    const double options =
        n.option_size[1] * n.option_mark[1] + n.spot * n.option_size[0] * n.option_mark[0];
    const double equity = rh_ledger_equity_usd(a.ledger, options);
    const rh_attribution *e = rh_ledger_explained(a.ledger);
    if (keep_coin) {
        assert_near(equity, naive_equity_usd(&n), 1e-12 * scale);
        assert_near(rh_ledger_balance(a.ledger, RH_COIN), naive_balance(&n, RH_COIN),
                    1e-15 * scale);
    } else {
        assert_near(rh_ledger_cash(a.ledger, RH_COIN), 0.0, 1e-15 * scale);
    }
    assert_near(total(e->usd) + options_usd, equity - usd, 1e-12 * scale);
    assert_near(total(e->coin) + options_coin, equity / n.spot - coin, 1e-15 * scale);
    assert_near(rh_ledger_cash(a.ledger, RH_USD), start_usd + sum_of_flows(&a, RH_USD),
                1e-12 * scale);
    assert_near(rh_ledger_cash(a.ledger, RH_COIN), start_coin + sum_of_flows(&a, RH_COIN),
                1e-15 * scale);
    for (size_t h = 0; h < N_HOLDINGS; h++)
        assert_near(rh_ledger_holding(a.ledger, h)->quantity, naive_position(&n, h), 1e-9);
    assert_true(e->usd[RH_TERM_DELTA] != 0.0 || naive_position(&n, IN_BOOK) == 0.0);
    drop(&a);
}

static void test_random_lives_add_up(void **state) {
    uint64_t seed = 20210601;
    (void)state;
    for (int i = 0; i < 3000; i++)
        random_life(&seed, i % 4 == 0 ? RH_COLLATERAL_IGNORED : RH_COLLATERAL_INCLUDED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spot_moves_its_notional),
        cmocka_unit_test(test_linear_moves_variation_only),
        cmocka_unit_test(test_inverse_pays_coin),
        cmocka_unit_test(test_costs_are_split_at_the_venues_mid),
        cmocka_unit_test(test_futures_settle_at_delivery),
        cmocka_unit_test(test_options_pay_premium_and_payoff),
        cmocka_unit_test(test_nan_never_enters),
        cmocka_unit_test(test_discrete_funding_at_the_stamp),
        cmocka_unit_test(test_continuous_funding_for_one_interval_at_most),
        cmocka_unit_test(test_interest_compounds_exactly),
        cmocka_unit_test(test_ignored_collateral_is_swept),
        cmocka_unit_test(test_looking_is_a_touch_that_changes_nothing),
        cmocka_unit_test(test_random_lives_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
