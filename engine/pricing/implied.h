/* SPDX-License-Identifier: GPL-3.0-or-later */
/* implied.h: the volatility at which Black-76 (black.h) returns a given price.
 *
 * The equation is solved on the out-of-the-money side (an in-the-money price goes there by
 * parity), in the logarithm of that price, or of its distance to the upper bound where that is
 * smaller, so the wings down to the smallest numbers and volatilities of 1000 % cost no digits.
 * The starting values come from the leading terms of that logarithm or from the inflection point
 * s = sqrt(2 |ln(F/K)|) of the price (Manaster and Koehler, J. Finance 37 (1982) 227-230); then
 * Halley's steps inside a bracket, two to five. Pure; allocates nothing.
 *
 * When there is no answer. The price of a deep in-the-money option is its intrinsic value plus
 * very little, and a double holds that little only to half an ulp of the price. What is left after
 * subtracting the intrinsic value (exactly, in two parts) is compared with that rounding error: if
 * it is not larger, no volatility can be named and the result says so. Where it is larger, the
 * result carries `uncertainty`: how far the volatility moves when the price moves by its rounding
 * error. F and K are taken as exact.
 */
#ifndef RH_PRICING_IMPLIED_H
#define RH_PRICING_IMPLIED_H

typedef enum {
    RH_IMPLIED_OK = 0,
    RH_IMPLIED_BELOW_INTRINSIC, /* less than exercise would bring */
    RH_IMPLIED_NO_TIME_VALUE,   /* the intrinsic value to within rounding: any small vol fits */
    RH_IMPLIED_ABOVE_BOUND,     /* at or above e^(-r tau) F (call) or e^(-r tau) K (put) */
    RH_IMPLIED_BAD_INPUT        /* F, K or tau not positive and finite, price or r not finite,
                                   right neither +1 nor -1 */
} rh_implied_status;

typedef struct {
    rh_implied_status status;
    double vol;         /* per root year; NaN unless the status is RH_IMPLIED_OK */
    double uncertainty; /* of vol, from half an ulp of the price (more if discounted); else NaN */
} rh_implied;

/* `price` in the currency of the strike. A price of 0 is RH_IMPLIED_NO_TIME_VALUE out of the
 * money and RH_IMPLIED_BELOW_INTRINSIC in it; a negative one is RH_IMPLIED_BELOW_INTRINSIC. */
rh_implied rh_implied_vol(int right, double price, double forward, double strike, double years,
                          double rate);

/* Of an inverse option: `price` in coin, so V = price * F and r = 0. */
rh_implied rh_implied_vol_coin(int right, double price, double forward, double strike,
                               double years);

/* A word for messages, such as "below intrinsic value". */
const char *rh_implied_status_text(rh_implied_status status);

#endif
