/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "execution/order.h"

#include "base/number.h"

#include <math.h>

double rh_order_quantity(const rh_instrument *instrument, double held, double target) {
    double quantity = rh_round_to(target, instrument->lot) - held;
    return fabs(quantity) <= RH_ORDER_DUST * fmax(fabs(held), fabs(target)) ? 0.0 : quantity;
}

void rh_order_send(rh_order *order, const rh_execution_terms *terms, const rh_market *market,
                   uint32_t instrument, double quantity, double mid) {
    order->instrument = instrument;
    order->quantity = quantity;
    order->decided = mid;
    order->sent = rh_market_now(market);
    order->arrival = order->sent + terms->latency;
    order->waiting = 0;
    if (terms->latency > 0)
        order->venue = *rh_market_state(market, instrument);
}

int rh_order_arrives(rh_order *order, const rh_execution_terms *terms, const rh_market *market) {
    const rh_state *state = rh_market_state(market, order->instrument);
    const rh_time now = rh_market_now(market);
    const int shown_later =
        !order->waiting && state->observed == now && state->happened > order->arrival;
    if (terms->latency > 0 && !shown_later)
        order->venue = *state;
    if (order->waiting)
        return state->observed == now;
    return shown_later || now >= order->arrival + (terms->latency > 0 ? terms->delay : 0);
}

const rh_state *rh_order_venue(const rh_order *order, const rh_execution_terms *terms,
                               const rh_market *market) {
    return terms->latency > 0 ? &order->venue : rh_market_state(market, order->instrument);
}

rh_price rh_order_price(const rh_order *order, const rh_execution_terms *terms,
                        const rh_market *market) {
    const rh_state *state = rh_order_venue(order, terms, market);
    rh_price price = rh_market_price(state);
    if (terms->price == RH_FILL_AT_TOUCH)
        price = rh_market_touch(state, order->quantity > 0.0 ? 1 : -1);
    else if (terms->price == RH_FILL_AT_MARK && !isnan(state->mark))
        price = (rh_price){state->mark, state->marked, RH_BY_MARK};
    const rh_time met = order->waiting ? rh_market_now(market) : order->arrival;
    if (terms->max_age > 0 && !isnan(price.value) && met - price.at > terms->max_age)
        price.value = NAN;
    return price;
}

rh_time rh_order_next_time(const rh_order *order, const rh_execution_terms *terms) {
    if (order->quantity == 0.0 || order->waiting)
        return RH_NEVER;
    return order->arrival + (terms->latency > 0 ? terms->delay : 0);
}
