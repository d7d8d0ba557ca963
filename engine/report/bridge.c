/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/bridge.h"

#include <math.h>
#include <stdio.h>

static int is_delta(int term) {
    return term == RH_TERM_DELTA || term == RH_TERM_HEDGE || term == RH_TERM_COLLATERAL;
}

static void add_row(rh_bridge_row *rows, size_t *count, const char *name, double value) {
    rh_bridge_row *row = &rows[*count];
    (void)snprintf(row->name, sizeof row->name, "%s", name);
    row->value = value;
    row->from = *count > 0 ? rows[*count - 1].to : 0.0;
    row->to = row->from + value;
    (*count)++;
}

static double largest_bar(const double *terms, double net_delta) {
    double largest = fabs(net_delta);
    for (int i = 0; i < RH_TERM_RESIDUAL; i++)
        if (!is_delta(i))
            largest = fmax(largest, fabs(terms[i]));
    return largest;
}

static int is_shown(const double *terms, int term) {
    return !is_delta(term) && terms[term] != 0.0;
}

static int find_smallest(const double *terms, const int *gathered) {
    int found = -1;
    for (int i = 0; i < RH_TERM_RESIDUAL; i++)
        if (is_shown(terms, i) && !gathered[i] &&
            (found < 0 || fabs(terms[i]) < fabs(terms[found])))
            found = i;
    return found;
}

/* Marks the terms that go into "other": the small ones, and as many more as it takes to leave
 * `most` rows with it. A single one keeps its own row. Returns how many. */
static size_t gather(const double *terms, double largest, size_t most, int *gathered) {
    size_t n_shown = 0, n_gathered = 0, n_small = 0;
    for (int i = 0; i < RH_TERM_RESIDUAL; i++) {
        n_shown += (size_t)is_shown(terms, i);
        n_small += is_shown(terms, i) && fabs(terms[i]) < largest / 100;
    }
    size_t needed = n_shown > most ? n_shown - most + 1 : 0;
    size_t wanted = n_small > needed ? n_small : needed;
    while (wanted > 1 && n_gathered < wanted) {
        gathered[find_smallest(terms, gathered)] = 1;
        n_gathered++;
    }
    return n_gathered;
}

size_t rh_bridge_make(const double terms[RH_N_TERMS], size_t most,
                      rh_bridge_row rows[RH_BRIDGE_ROWS]) {
    double net_delta = terms[RH_TERM_DELTA] + terms[RH_TERM_HEDGE] + terms[RH_TERM_COLLATERAL];
    double other = 0.0;
    int gathered[RH_N_TERMS] = {0};
    size_t n_gathered = gather(terms, largest_bar(terms, net_delta), most - 3, gathered);
    size_t count = 0;
    if (net_delta != 0.0)
        add_row(rows, &count, "net delta", net_delta);
    for (int i = 0; i < RH_TERM_RESIDUAL; i++) {
        if (!is_shown(terms, i))
            continue;
        if (gathered[i])
            other += terms[i];
        else
            add_row(rows, &count, rh_term_text((rh_term)i), terms[i]);
    }
    if (n_gathered > 0)
        add_row(rows, &count, "other", other);
    add_row(rows, &count, rh_term_text(RH_TERM_RESIDUAL), terms[RH_TERM_RESIDUAL]);
    double net = rows[count - 1].to;
    add_row(rows, &count, "net", net);
    rows[count - 1].from = 0.0;
    rows[count - 1].to = net;
    return count;
}
