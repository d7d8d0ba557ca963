/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instrument/instrument.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

/* Venues settle at 08:00:00 UTC on the expiry day (Deribit, Binance, OKX). */
static const int64_t SETTLEMENT_HOUR = 8 * RH_HOUR;

enum { MAX_PARTS = 5 };

typedef struct {
    const char *text;
    size_t length;
} part;

/* Splits at '-'; returns the number of parts, 0 if there are too many or an empty one. */
static int split(const char *name, part parts[MAX_PARTS]) {
    int count = 0;
    for (const char *at = name;;) {
        size_t length = strcspn(at, "-");
        if (length == 0 || count == MAX_PARTS)
            return 0;
        parts[count++] = (part){at, length};
        if (at[length] == '\0')
            return count;
        at += length + 1;
    }
}

static int is(part p, const char *text) {
    return p.length == strlen(text) && memcmp(p.text, text, p.length) == 0;
}

static int digits(part p) {
    int value = 0;
    if (p.length == 0 || p.length > 6)
        return -1;
    for (size_t i = 0; i < p.length; i++) {
        if (p.text[i] < '0' || p.text[i] > '9')
            return -1;
        value = value * 10 + (p.text[i] - '0');
    }
    return value;
}

/* 25JUN21 or 1JUN21 */
static int deribit_date(part p, rh_time *out) {
    static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    if (p.length < 6 || p.length > 7)
        return -1;
    int day = digits((part){p.text, p.length - 5});
    int year = digits((part){p.text + p.length - 2, 2});
    if (day < 0 || year < 0)
        return -1;
    for (int month = 1; month <= 12; month++)
        if (memcmp(months + 3 * (month - 1), p.text + p.length - 5, 3) == 0)
            return rh_time_of_date(2000 + year, month, day, out);
    return -1;
}

/* 250913 */
static int binance_date(part p, rh_time *out) {
    int value = p.length == 6 ? digits(p) : -1;
    if (value < 0)
        return -1;
    return rh_time_of_date(2000 + value / 10000, value / 100 % 100, value % 100, out);
}

/* 36000, 78.5, 8d6 */
static int read_strike(part p, double *out) {
    char text[32];
    if (p.length >= sizeof text)
        return -1;
    memcpy(text, p.text, p.length);
    for (size_t i = 0; i < p.length; i++) {
        if (!strchr("0123456789.dD", text[i]))
            return -1;
        if (text[i] == 'd' || text[i] == 'D')
            text[i] = '.';
    }
    return rh_number_parse(text, p.length, out) == 0 && *out > 0 ? 0 : -1;
}

/* "BTC" or "SOL_USDC": the underlying, and whether a quote currency makes the contract linear. */
static int read_underlying(part p, rh_instrument *out) {
    size_t length = 0;
    while (length < p.length && p.text[length] != '_')
        length++;
    if (length == 0 || length >= sizeof out->underlying || length + 1 == p.length)
        return -1;
    memcpy(out->underlying, p.text, length);
    out->settle = length < p.length ? RH_LINEAR : RH_INVERSE;
    return 0;
}

static int read_option(const part *parts, rh_instrument *out) {
    rh_time day;
    if (binance_date(parts[1], &day) == 0)
        out->settle = RH_LINEAR;
    else if (deribit_date(parts[1], &day) != 0)
        return -1;
    out->kind = RH_OPTION;
    out->expiry = day + SETTLEMENT_HOUR;
    out->right = is(parts[3], "C") ? 1 : is(parts[3], "P") ? -1 : 0;
    return out->right ? read_strike(parts[2], &out->strike) : -1;
}

static int read_future(part second, rh_instrument *out) {
    rh_time day;
    if (is(second, "PERPETUAL")) {
        out->kind = RH_PERPETUAL;
        return 0;
    }
    if (deribit_date(second, &day) != 0)
        return -1;
    out->kind = RH_FUTURE;
    out->expiry = day + SETTLEMENT_HOUR;
    return 0;
}

/* OKX: BTC-USD-SWAP, BTC-USD-210625, BTC-USD-210625-36000-C, with USDT or USDC if linear. */
static int read_okx(const part *parts, int count, rh_instrument *out) {
    rh_time day;
    const int linear = is(parts[1], "USDT") || is(parts[1], "USDC");
    if ((!linear && !is(parts[1], "USD")) || read_underlying(parts[0], out) != 0)
        return -1;
    const int ends = binance_date(parts[2], &day) == 0;
    if (count == 5 && (!ends || read_option(parts + 1, out) != 0))
        return -1;
    if (count == 3 && !ends && !is(parts[2], "SWAP"))
        return -1;
    if (count == 3)
        out->kind = ends ? RH_FUTURE : RH_PERPETUAL;
    if (ends)
        out->expiry = day + SETTLEMENT_HOUR;
    out->settle = linear ? RH_LINEAR : RH_INVERSE;
    return 0;
}

/* BTCUSDT, BTCUSDC, BTCUSD_PERP, BTCUSD_210625 */
static int read_pair(part p, rh_instrument *out) {
    static const struct {
        const char *quote;
        rh_settle settle;
    } quotes[] = {{"USDT", RH_LINEAR}, {"USDC", RH_LINEAR}, {"USD", RH_INVERSE}};
    size_t base = 0;
    while (base < p.length && p.text[base] != '_')
        base++;
    part tail = {p.text + base, p.length - base};
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        size_t q = strlen(quotes[i].quote);
        if (base <= q || memcmp(p.text + base - q, quotes[i].quote, q) != 0)
            continue;
        rh_time day;
        if (base - q >= sizeof out->underlying)
            return -1;
        memcpy(out->underlying, p.text, base - q);
        out->settle = quotes[i].settle;
        out->kind = RH_PERPETUAL;
        if (tail.length == 0)
            return out->settle == RH_LINEAR ? 0 : -1;
        if (is(tail, "_PERP"))
            return 0;
        if (binance_date((part){tail.text + 1, tail.length - 1}, &day) != 0)
            return -1;
        out->kind = RH_FUTURE;
        out->expiry = day + SETTLEMENT_HOUR;
        return 0;
    }
    return -1;
}

int rh_instrument_from_name(const char *name, rh_instrument *out) {
    part parts[MAX_PARTS];
    int count = split(name, parts);
    *out = (rh_instrument){.expiry = RH_NEVER, .multiplier = 1.0};
    if (strlen(name) >= sizeof out->name)
        return -1;
    memcpy(out->name, name, strlen(name));
    if (count == 1)
        return read_pair(parts[0], out);
    if (count == 3 || count == 5)
        return read_okx(parts, count, out);
    if ((count != 2 && count != 4) || read_underlying(parts[0], out) != 0)
        return -1;
    return count == 4 ? read_option(parts, out) : read_future(parts[1], out);
}

const char *rh_kind_text(rh_kind kind) {
    static const char *const names[] = {"spot", "perpetual", "future", "option"};
    return names[kind];
}

const char *rh_settle_text(rh_settle settle) {
    return settle == RH_INVERSE ? "inverse" : "linear";
}

double rh_payoff(const rh_instrument *option, double delivery_price) {
    double inside = option->right * (delivery_price - option->strike);
    return inside > 0.0 ? inside : inside <= 0.0 ? 0.0 : NAN;
}

double rh_payoff_settled(const rh_instrument *option, double delivery_price) {
    double payoff = rh_payoff(option, delivery_price);
    return option->settle == RH_INVERSE ? payoff / delivery_price : payoff;
}

double rh_variation(const rh_instrument *instrument, double quantity, double p0, double p1) {
    double size = quantity * instrument->multiplier;
    return instrument->settle == RH_INVERSE ? size * (1.0 / p0 - 1.0 / p1) : size * (p1 - p0);
}

double rh_exposure(const rh_instrument *instrument, double quantity, double price) {
    double size = quantity * instrument->multiplier;
    return instrument->settle == RH_INVERSE ? size / price : size;
}

double rh_quantity_for(const rh_instrument *instrument, double exposure, double price) {
    double size = instrument->settle == RH_INVERSE ? exposure * price : exposure;
    return size / instrument->multiplier;
}

double rh_notional_usd(const rh_instrument *instrument, double quantity, double price) {
    double size = fabs(quantity) * instrument->multiplier;
    return instrument->settle == RH_INVERSE ? size : size * price;
}

size_t rh_instrument_dated_length(const char *name) {
    const size_t underlying = strcspn(name, "-");
    return name[underlying] ? underlying + 1 + strcspn(name + underlying + 1, "-") : underlying;
}
