/* SPDX-License-Identifier: GPL-3.0-or-later */
/* instrument.h: what a contract is, read from its name or given in full.
 *
 * Units: prices of options are in the currency the option settles in (coin per 1 unit of
 * underlying for inverse options, USD otherwise); all other prices are USD. Quantities are venue
 * amounts: USD for inverse perpetuals and futures, units of the underlying for everything else
 * (options: contracts times `multiplier` units).
 *
 * USD stands for the quote currency of the book whatever its name (USD, USDT, USDC).
 */
#ifndef RH_INSTRUMENT_INSTRUMENT_H
#define RH_INSTRUMENT_INSTRUMENT_H

#include "base/clock.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum { RH_SPOT, RH_PERPETUAL, RH_FUTURE, RH_OPTION } rh_kind;
typedef enum { RH_LINEAR, RH_INVERSE } rh_settle;

enum { RH_NAME_MAX = 48 }; /* bytes of an instrument's name with its terminator */

typedef struct {
    char name[RH_NAME_MAX];
    char underlying[16]; /* "BTC" */
    rh_kind kind;
    rh_settle settle;
    int right;         /* option: +1 call, -1 put; else 0 */
    double strike;     /* option: USD */
    rh_time expiry;    /* option and future; RH_NEVER for the others */
    double multiplier; /* units of underlying (or USD, if inverse) per contract; 1 unless said */
    double tick;       /* of the price; 0 if unknown */
    double lot;        /* of the quantity; 0 rounds nothing */
} rh_instrument;

/* Reads the venues' naming:
 *   BTC-25JUN21-36000-C       inverse option, expiry 08:00 UTC (Deribit)
 *   SOL_USDC-25SEP26-78-C     linear option; strikes may be written 8d6 or 8D6 for 8.6
 *   BTC-250913-116000-C       linear option (Binance), expiry 08:00 UTC
 *   BTC-PERPETUAL             inverse perpetual;  SOL_USDC-PERPETUAL linear perpetual
 *   BTC-25JUN21               inverse future;     SOL_USDC-25SEP26 linear future
 *   BTCUSD_PERP               inverse perpetual (Binance coin-margined)
 *   BTCUSD_210625             inverse future (Binance coin-margined)
 *   BTC-USD-210625-36000-C    inverse option (OKX); BTC-USDT-210625-36000-C linear; so for
 *   BTC-USD-SWAP, BTC-USD-210625   perpetuals and futures (OKX)
 *   BTCUSDT                   linear perpetual (spot if `instruments:` says so)
 * Returns 0, or -1 if the name follows none of them. */
int rh_instrument_from_name(const char *name, rh_instrument *out);

/* Length of an option's name without strike and right, as Deribit names the future of that expiry;
 * of the whole name if it isn't made so. */
size_t rh_instrument_dated_length(const char *name);

const char *rh_kind_text(rh_kind kind); /* "spot", "perpetual", ... */
const char *rh_settle_text(rh_settle settle);

/* max(w (S - K), 0), USD per unit of underlying. */
double rh_payoff(const rh_instrument *option, double delivery_price);

/* Value of the payoff in the settlement currency: payoff / S for inverse options. */
double rh_payoff_settled(const rh_instrument *option, double delivery_price);

/* Gain of `quantity` of a future, perpetual or spot from price p0 to p1, in the settlement
 * currency: quantity (p1 - p0) USD, or quantity (1/p0 - 1/p1) coin. */
double rh_variation(const rh_instrument *instrument, double quantity, double p0, double p1);

/* Exposure in units of the underlying of `quantity` at `price`, and the quantity that has a given
 * exposure: quantity for linear contracts, quantity / price for inverse ones. Not for options. */
double rh_exposure(const rh_instrument *instrument, double quantity, double price);
double rh_quantity_for(const rh_instrument *instrument, double exposure, double price);

/* |quantity| in USD at `price` (USD per unit of underlying). */
double rh_notional_usd(const rh_instrument *instrument, double quantity, double price);

#endif
