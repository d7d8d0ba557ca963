/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/coin.h"

rh_coin_greeks rh_coin(const rh_greeks *greeks, double forward) {
    rh_coin_greeks c;
    c.price = greeks->price / forward;
    c.delta = greeks->net / forward;
    c.gamma = (greeks->gamma - 2.0 * c.delta) / forward;
    c.vega = greeks->vega / forward;
    c.theta = greeks->theta / forward;
    c.vanna = (greeks->vanna - c.vega) / forward;
    c.volga = greeks->volga / forward;
    c.charm = (greeks->charm - c.theta) / forward;
    c.net = greeks->net;
    return c;
}
