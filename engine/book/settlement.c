/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settlement.c: the venue's delivery price: the time-weighted mean of the index over the last part
 * of an option's life, where the data are fine enough to say so. */
#include "book/book_parts.h"

#include <math.h>

/* Inside the window S must not be older than this, or the mean would be of one or two numbers. */
static const int64_t FRESH = 5 * RH_MIN;

static rh_time conversion_seen(const rh_book *book) {
    if (!isnan(book->index.value))
        return book->index.at;
    if (!isnan(book->spot.value))
        return book->spot.at;
    return rh_book_hedge_price(book).at;
}

/* Adds S as it stood since the last instant to the mean of a leg that is in its window. */
void rh_leg_average(rh_book *book, size_t i, rh_time now) {
    rh_leg_memory *memory = &book->memory[i];
    const rh_time expiry = book->legs[i].instrument->expiry;
    if (expiry == RH_NEVER || book->settlement_window == 0 || isnan(book->conversion))
        return;
    const rh_time begin = expiry - book->settlement_window;
    if (now < begin || memory->window_broken)
        return;
    rh_time from = memory->averaged_to == RH_DAWN ? begin : memory->averaged_to;
    rh_time to = now < expiry ? now : expiry;
    if (to > from)
        memory->averaged += book->conversion * (double)(to - from);
    memory->averaged_to = to;
    memory->window_broken = now - conversion_seen(book) > FRESH;
}

int rh_leg_window(const rh_book *book, size_t i, double spot, double *estimate, double *remaining) {
    const rh_leg_memory *memory = &book->memory[i];
    const rh_time now = rh_market_now(book->market), expiry = book->legs[i].instrument->expiry;
    *remaining = 1.0;
    *estimate = spot;
    if (memory->averaged_to == RH_DAWN || memory->window_broken)
        return 0;
    double left = now < expiry ? (double)(expiry - now) : 0.0;
    double window = (double)book->settlement_window;
    *remaining = left / window;
    *estimate = (memory->averaged + spot * left) / window;
    return 1;
}
