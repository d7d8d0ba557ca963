/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settlement.c: the venue's delivery price: the time-weighted mean of the index over the last part
 * of an option's life, where the data are fine enough to say so. */
#include "book/book_parts.h"

#include <math.h>

/* Commits to the mean only when S changes, so that looking more often changes no digit. The mean
 * of an S that was unknown or older than RH_FRESH would be of one or two numbers. */
void rh_leg_average(rh_book *book, size_t i, double before, rh_time seen) {
    rh_leg_memory *memory = &book->memory[i];
    const rh_time now = rh_market_now(book->market), expiry = book->legs[i].instrument->expiry;
    if (expiry == RH_NEVER || book->settlement_window == 0 ||
        now <= expiry - book->settlement_window || memory->window_broken)
        return;
    memory->window_broken = isnan(before) || now - seen > RH_FRESH;
    const rh_time to = now < expiry ? now : expiry;
    if (memory->window_broken || before == book->conversion || to <= memory->averaged_to)
        return;
    memory->averaged += before * (double)(to - memory->averaged_to);
    memory->averaged_to = to;
}

int rh_leg_window(const rh_book *book, size_t i, double spot, double *estimate, double *remaining) {
    const rh_leg_memory *memory = &book->memory[i];
    const rh_time now = rh_market_now(book->market), expiry = book->legs[i].instrument->expiry;
    *remaining = 1.0;
    *estimate = spot;
    if (expiry == RH_NEVER || book->settlement_window == 0 || memory->window_broken ||
        now < expiry - book->settlement_window)
        return 0;
    const double window = (double)book->settlement_window;
    *remaining = now < expiry ? (double)(expiry - now) / window : 0.0;
    *estimate = (memory->averaged + spot * (double)(expiry - memory->averaged_to)) / window;
    return 1;
}
