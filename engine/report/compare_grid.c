/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "report/compare_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 40, MOST_TEXTS = 12 };

/* ---- the values of a key, in order ---- */

static double size_of(const char *value) {
    double number;
    int64_t duration;
    if (rh_number_parse(value, strlen(value), &number) == 0)
        return number;
    return rh_duration_parse(value, strlen(value), &duration) == 0 ? (double)duration : NAN;
}

static int by_size(const void *a, const void *b) {
    double x = size_of(*(const char *const *)a), y = size_of(*(const char *const *)b);
    return (x > y) - (x < y);
}

static size_t place_of(const char *const *values, size_t count, const char *value) {
    size_t k = 0;
    while (k < count && strcmp(values[k], value) != 0)
        k++;
    return k;
}

/* Numbers and durations ascend, other values stay in the order of the lanes. 0 if there are too
 * many, or a lane has none. */
static size_t take_values(const rh_report_lanes *lanes, size_t key, const char **out) {
    size_t count = 0, n_sized = 0;
    for (size_t i = 0; i < lanes->n_lanes; i++) {
        const char *value = lanes->lanes[i].values[key];
        if (place_of(out, count, value) < count)
            continue;
        if (count == MOST_VALUES || !value[0])
            return 0;
        n_sized += (size_t)isfinite(size_of(value));
        out[count++] = value;
    }
    if (n_sized == count)
        qsort(out, count, sizeof *out, by_size);
    return count;
}

/* n lanes on n places are a full grid if no place is taken twice. */
static int is_full(const rh_compare *c) {
    char taken[MOST_VALUES * MOST_VALUES] = {0};
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        char *const *values = c->lanes->lanes[i].values;
        size_t at = place_of(c->across, c->n_across, values[0]) * MOST_VALUES +
                    place_of(c->up, c->n_up, values[1]);
        if (taken[at]++)
            return 0;
    }
    return 1;
}

rh_status rh_compare_find_grid(rh_compare *c, rh_error *error) {
    if (c->lanes->n_keys != 2)
        return RH_OK;
    c->across = rh_allocate(MOST_VALUES, sizeof *c->across);
    c->up = rh_allocate(MOST_VALUES, sizeof *c->up);
    if (!c->across || !c->up)
        return rh_no_memory(error);
    c->n_across = take_values(c->lanes, 0, c->across);
    c->n_up = take_values(c->lanes, 1, c->up);
    c->is_grid =
        c->n_across > 1 && c->n_up > 1 && c->n_across * c->n_up == c->lanes->n_lanes && is_full(c);
    return RH_OK;
}

/* ---- cells ---- */

typedef struct {
    double low, high, factor;
    int decimals, is_log;
} shading;

static shading shading_of(const rh_compare *c) {
    shading s = {.low = HUGE_VAL, .high = -HUGE_VAL, .factor = 1};
    for (size_t i = 0; i < c->lanes->n_lanes; i++)
        if (isfinite(c->lanes->lanes[i].sigma.value)) {
            s.low = fmin(s.low, c->lanes->lanes[i].sigma.value);
            s.high = fmax(s.high, c->lanes->lanes[i].sigma.value);
        }
    s.factor = rh_axis_unit_for(s.high > 0 ? s.high : 1, rh_compare_numeraire(c)).factor;
    if (s.low > 0 && s.high >= s.low) {
        int wanted = 2 - (int)floor(log10(s.low / s.factor));
        int most = 3 - (int)floor(log10(s.high / s.factor));
        s.decimals = wanted < most ? wanted : most;
        s.decimals = s.decimals < 0 ? 0 : s.decimals;
        s.is_log = s.high > 5 * s.low;
    }
    return s;
}

/* 0 is the best, 1 the worst. */
static double shade_of(const shading *s, double sigma) {
    if (!(s->high > s->low) || !isfinite(sigma))
        return isfinite(sigma) ? 0 : NAN;
    return s->is_log ? log(sigma / s->low) / log(s->high / s->low)
                     : (sigma - s->low) / (s->high - s->low);
}

rh_status rh_compare_cells_table(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    const shading s = c->is_grid ? shading_of(c) : (shading){0};
    const int has_text = c->n_across <= MOST_TEXTS;
    (void)error;
    (void)fputs("# column\trow\tshade\tbest\ttext\n", out);
    for (size_t i = 0; c->is_grid && i < c->lanes->n_lanes; i++) {
        const rh_report_lane *lane = &c->lanes->lanes[c->order[i]];
        char figure[RH_FIGURE_TEXT];
        (void)fprintf(out, "%zu\t%zu", place_of(c->across, c->n_across, lane->values[0]),
                      place_of(c->up, c->n_up, lane->values[1]));
        rh_compare_number(out, shade_of(&s, lane->sigma.value));
        (void)fprintf(out, "\t%d\t%s\n", i == 0,
                      has_text ? rh_figure_fixed(figure, lane->sigma.value / s.factor, s.decimals)
                               : "");
    }
    return RH_OK;
}

/* Every so many values have a label, so that at most MOST_TEXTS do. */
static void write_tics(FILE *out, const char *name, const char *const *values, size_t count) {
    const size_t every = (count + MOST_TEXTS - 1) / MOST_TEXTS;
    (void)fprintf(out, "N_%s = %zu\narray %s[%d]\n", name, count, name, MOST_VALUES);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s[%zu] = ", name, i + 1);
        rh_write_gnuplot_string(out, i % every == 0 ? values[i] : "", 8);
        (void)fputc('\n', out);
    }
}

void rh_compare_grid_write(FILE *out, const rh_compare *c) {
    (void)fprintf(out, "IS_GRID = %d\n", c->is_grid);
    write_tics(out, "ACROSS", c->across, c->is_grid ? c->n_across : 0);
    write_tics(out, "UP", c->up, c->is_grid ? c->n_up : 0);
    const shading s = shading_of(c);
    rh_axis_unit unit = rh_axis_unit_for(s.high > 0 ? s.high : 1, rh_compare_numeraire(c));
    (void)fputs("GRID_UNIT = ", out);
    rh_write_gnuplot_string(out, unit.unit, 40);
    (void)fputs("\nACROSS_KEY = ", out);
    rh_write_gnuplot_string(out, c->is_grid ? c->lanes->keys[0] : "", 30);
    (void)fputs("\nUP_KEY = ", out);
    rh_write_gnuplot_string(out, c->is_grid ? c->lanes->keys[1] : "", 30);
    (void)fputc('\n', out);
}
