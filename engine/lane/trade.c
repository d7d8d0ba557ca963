/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trade.c: what changes hands, in the accounts: fills of the hedge, and the book's changes. */
#include "lane/lane_parts.h"

#include <math.h>

/* ---- the hedge ---- */

static rh_status write_fill(rh_lane *lane, const rh_fill *fill, rh_error *error) {
    return lane->recorder ? lane->recorder->fill(lane->recorder, fill, error) : RH_OK;
}

static void sum_hedge_fill(rh_lane *lane, const rh_fill *fill) {
    const double notional = rh_notional_usd(lane->hedge, fill->quantity, fill->price);
    lane->totals.turnover_usd += notional;
    if (lane->order_reason != RH_FILL_HEDGE)
        return;
    if (lane->totals.rebalances > 0.0) {
        lane->totals.rebalance_turnover_usd += notional;
        lane->totals.rebalance_cost += fill->fee_usd + fill->spread_usd + fill->impact_usd;
    }
    lane->totals.rebalances += 1.0;
}

/* The valuation price of the state that the order met. */
static double met_mid(const rh_lane *lane) {
    const rh_state *venue = rh_order_venue(&lane->order, &lane->terms.execution, lane->market);
    const double mid = rh_market_price(venue).value;
    return isnan(mid) ? rh_ledger_holding(lane->ledger, HEDGE)->price : mid;
}

static rh_status fill_order(rh_lane *lane, rh_price price, rh_error *error) {
    const double quantity = lane->order.quantity;
    rh_fill fill = {.reason = lane->order_reason, .evidence = price.evidence};
    rh_status status = rh_lane_touch_hedged(lane, error);
    if (status != RH_OK)
        return status;
    const double fee = rh_fee(&lane->terms.costs, lane->hedge, quantity, price.value, price.value,
                              lane->terms.execution.maker);
    lane->order.quantity = 0.0;
    status = rh_ledger_trade(lane->ledger, HEDGE, quantity, price.value, met_mid(lane),
                             lane->order.decided, fee, &fill, error);
    const int64_t age = rh_market_now(lane->market) - price.at;
    if (age > lane->counts.oldest_fill)
        lane->counts.oldest_fill = age;
    if (lane->terms.execution.price == RH_FILL_AT_TOUCH && price.evidence != RH_BY_QUOTE &&
        price.evidence != RH_BY_ONE_SIDED)
        lane->counts.without_quote++;
    sum_hedge_fill(lane, &fill);
    return status == RH_OK ? write_fill(lane, &fill, error) : status;
}

int rh_lane_has_order(const rh_lane *lane) {
    return lane->order.quantity != 0.0;
}

rh_status rh_lane_try_order(rh_lane *lane, rh_error *error) {
    if (!rh_lane_has_order(lane) ||
        !rh_order_arrives(&lane->order, &lane->terms.execution, lane->market))
        return RH_OK;
    rh_price price = rh_order_price(&lane->order, &lane->terms.execution, lane->market);
    if (!isnan(price.value))
        return fill_order(lane, price, error);
    if (!lane->order.waiting)
        lane->counts.waited++;
    lane->order.waiting = 1;
    return RH_OK;
}

void rh_lane_send_order(rh_lane *lane, double target_quantity, rh_fill_reason reason) {
    const double held = rh_ledger_holding(lane->ledger, HEDGE)->quantity;
    const double quantity = rh_order_quantity(lane->hedge, held, target_quantity);
    if (quantity == 0.0)
        return;
    lane->order_reason = reason;
    rh_order_send(&lane->order, &lane->terms.execution, lane->market, lane->terms.hedge, quantity,
                  rh_book_value_now(lane->book)->hedge);
}

/* ---- the book's changes ---- */

static double underlying_price(const rh_lane *lane) {
    return rh_book_value_now(lane->book)->spot;
}

static void sum_opening(rh_lane *lane, const rh_leg *leg, double price) {
    const double spot = underlying_price(lane);
    const double premium = -leg->size * price * (leg->instrument->settle == RH_INVERSE ? spot : 1);
    const int option = leg->instrument->kind == RH_OPTION;
    lane->totals.book_notional_usd +=
        option ? fabs(leg->size) * spot
               : rh_notional_usd(leg->instrument, leg->terms.quantity, leg->value.price);
    if (option)
        lane->totals.premium +=
            lane->terms.numeraire == RH_NUMERAIRE_USD ? premium : premium / spot;
}

/* A position of the book changes hands at `price` in one account. */
static rh_status trade_leg(rh_lane *lane, rh_ledger *ledger, size_t i, double sign,
                           const rh_book_change *change, rh_fill *fill, rh_error *error) {
    const rh_leg *leg = rh_book_leg(lane->book, i);
    const double quantity = sign * leg->terms.quantity;
    const double fee = rh_fee(&lane->terms.costs, leg->instrument, quantity, change->price,
                              underlying_price(lane), 0);
    if (leg->instrument->kind == RH_OPTION)
        return rh_ledger_option(ledger, leg->terms.instrument, sign * leg->size, change->price,
                                change->mark, fee, fill, error);
    return rh_ledger_trade(ledger, lane->holding_of_leg[i], quantity, change->price, change->mark,
                           change->mark, fee, fill, error);
}

static rh_status settle_leg(rh_lane *lane, rh_ledger *ledger, size_t i,
                            const rh_book_change *change, rh_fill *fill, rh_error *error) {
    const rh_leg *leg = rh_book_leg(lane->book, i);
    const uint32_t id = leg->terms.instrument;
    *fill = (rh_fill){.ts = rh_market_now(lane->market),
                      .instrument = id,
                      .quantity = -leg->terms.quantity,
                      .price = change->price,
                      .mid = change->mark};
    if (leg->instrument->kind != RH_OPTION)
        return rh_ledger_settle_future(ledger, lane->holding_of_leg[i], change->delivery, error);
    const double fee = rh_delivery_fee(&lane->terms.costs, leg->instrument, leg->terms.quantity,
                                       change->price, change->delivery);
    fill->fee_usd = fee * (leg->instrument->settle == RH_INVERSE ? underlying_price(lane) : 1.0);
    return rh_ledger_settle_option(ledger, id, leg->size, change->price, fee, error);
}

/* What delivery at another price than the desk's forward made, beyond the last mark. */
static void explain_settlement(rh_lane *lane, const rh_leg *leg, const rh_book_change *change) {
    const double spot = underlying_price(lane);
    const double gained = leg->size * (change->price - change->mark);
    const int inverse = leg->instrument->settle == RH_INVERSE;
    lane->explained.usd[RH_TERM_SETTLEMENT] += inverse ? gained * spot : gained;
    lane->explained.coin[RH_TERM_SETTLEMENT] += inverse ? gained : gained / spot;
}

static void count_far_trade(rh_lane *lane, const rh_leg *leg, const rh_book_change *change) {
    const double unit = leg->instrument->settle == RH_INVERSE ? 1.0 : underlying_price(lane);
    const double off = fabs(change->price - change->mark) / unit;
    if (leg->instrument->kind != RH_OPTION || !(off > RH_FAR_TRADE))
        return;
    lane->counts.far_trades++;
    if (off <= lane->counts.farthest)
        return;
    lane->counts.farthest = off;
    lane->counts.farthest_of = leg->terms.instrument;
}

rh_status rh_lane_apply(rh_lane *lane, const rh_book_change *change, rh_error *error) {
    const rh_leg *leg = rh_book_leg(lane->book, change->leg);
    const int option = leg->instrument->kind == RH_OPTION;
    rh_fill fill = {0}, shadow = {0};
    rh_status status;
    if (change->kind == RH_CHANGE_SETTLE) {
        status = settle_leg(lane, lane->ledger, change->leg, change, &fill, error);
        if (status == RH_OK)
            status = settle_leg(lane, lane->shadow, change->leg, change, &shadow, error);
    } else {
        double sign = change->kind == RH_CHANGE_OPEN ? 1.0 : -1.0;
        status = trade_leg(lane, lane->ledger, change->leg, sign, change, &fill, error);
        if (status == RH_OK)
            status = trade_leg(lane, lane->shadow, change->leg, sign, change, &shadow, error);
    }
    if (status != RH_OK)
        return status;
    if (change->kind != RH_CHANGE_SETTLE)
        count_far_trade(lane, leg, change);
    if (change->kind == RH_CHANGE_OPEN) {
        rh_lane_mark_leg(lane, change->leg);
        sum_opening(lane, leg, change->price);
    } else if (option) {
        rh_lane_explain_leg(lane, change->leg);
    }
    if (change->kind == RH_CHANGE_SETTLE && option)
        explain_settlement(lane, leg, change);
    static const rh_fill_reason reasons[] = {RH_FILL_OPEN, RH_FILL_CLOSE, RH_FILL_SETTLE};
    fill.reason = reasons[change->kind];
    fill.evidence = change->evidence;
    lane->woke |= RH_WOKE_BOOK;
    return write_fill(lane, &fill, error);
}
