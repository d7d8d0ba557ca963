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

static size_t count_below(const double *terms, double smallest) {
    size_t count = 0;
    for (int i = 0; i < RH_TERM_RESIDUAL; i++)
        count += is_shown(terms, i) && fabs(terms[i]) < smallest;
    return count;
}

/* The size below which terms are gathered; 0 if none are. `most` counts terms and "other". */
static double choose_smallest(const double *terms, double largest, size_t most) {
    size_t n_shown = 0;
    for (int i = 0; i < RH_TERM_RESIDUAL; i++)
        n_shown += (size_t)is_shown(terms, i);
    for (double smallest = largest / 100; smallest <= 2 * largest && largest > 0; smallest *= 1.5) {
        size_t below = count_below(terms, smallest);
        if (n_shown - below + (below > 0) <= most)
            return below > 1 ? smallest : 0.0;
    }
    return 0.0;
}

size_t rh_bridge_make(const double terms[RH_N_TERMS], size_t most,
                      rh_bridge_row rows[RH_BRIDGE_ROWS]) {
    double net_delta = terms[RH_TERM_DELTA] + terms[RH_TERM_HEDGE] + terms[RH_TERM_COLLATERAL];
    double smallest = choose_smallest(terms, largest_bar(terms, net_delta), most - 3), other = 0.0;
    size_t count = 0;
    if (net_delta != 0.0)
        add_row(rows, &count, "net delta", net_delta);
    for (int i = 0; i < RH_TERM_RESIDUAL; i++) {
        if (!is_shown(terms, i))
            continue;
        if (fabs(terms[i]) < smallest)
            other += terms[i];
        else
            add_row(rows, &count, rh_term_text((rh_term)i), terms[i]);
    }
    if (smallest > 0.0)
        add_row(rows, &count, "other", other);
    add_row(rows, &count, rh_term_text(RH_TERM_RESIDUAL), terms[RH_TERM_RESIDUAL]);
    double net = rows[count - 1].to;
    add_row(rows, &count, "net", net);
    rows[count - 1].from = 0.0;
    rows[count - 1].to = net;
    return count;
}
