/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/axes.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 100000, MOST_COMBINATIONS = 1000000 };

static rh_status add_value(rh_axis *axis, const char *text, size_t length, rh_error *error) {
    if (axis->n_values == MOST_VALUES)
        return rh_fail(error, RH_BAD_CONFIG, "-P %s: more than %d values", axis->key, MOST_VALUES);
    char **grown = rh_resize(axis->values, axis->n_values + 1, sizeof *grown);
    if (!grown)
        return rh_no_memory(error);
    axis->values = grown;
    grown[axis->n_values] = rh_copy_bytes_as_text(text, length);
    return grown[axis->n_values++] ? RH_OK : rh_no_memory(error);
}

/* ---- ranges ---- */

typedef struct {
    double from, to, step;
    int durations;
} range;

static int read_number(const char *text, size_t length, double *out, int *is_duration) {
    int64_t duration;
    if (rh_number_parse(text, length, out) == 0)
        return 0;
    if (rh_duration_parse(text, length, &duration) != 0)
        return -1;
    *out = (double)duration;
    *is_duration = 1;
    return 0;
}

/* `lo:hi:step`, all numbers or durations; anything else is no range. */
static int read_range(const char *text, size_t length, range *out) {
    const char *first = memchr(text, ':', length);
    if (!first)
        return 0;
    const char *second = memchr(first + 1, ':', (size_t)(text + length - first - 1));
    if (!second)
        return 0;
    *out = (range){0};
    return read_number(text, (size_t)(first - text), &out->from, &out->durations) == 0 &&
           read_number(first + 1, (size_t)(second - first - 1), &out->to, &out->durations) == 0 &&
           read_number(second + 1, (size_t)(text + length - second - 1), &out->step,
                       &out->durations) == 0;
}

static rh_status add_range(rh_axis *axis, const range *r, rh_error *error) {
    char text[40];
    if (!(r->step > 0.0) || !(r->to >= r->from) || (r->to - r->from) / r->step > MOST_VALUES)
        return rh_fail(error, RH_BAD_CONFIG,
                       "-P %s: a range is from:to:step with from <= to and step > 0", axis->key);
    const size_t count = (size_t)floor((r->to - r->from) / r->step + 1e-9) + 1;
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++) {
        const double value = r->from + (double)i * r->step;
        if (r->durations)
            (void)rh_duration_text((int64_t)value, text);
        else
            (void)snprintf(text, sizeof text, "%.12g", value);
        status = add_value(axis, text, strlen(text), error);
    }
    return status;
}

/* ---- one axis ---- */

/* The length of a value: up to the next comma that isn't inside brackets or quotes. */
static size_t value_length(const char *text) {
    int depth = 0;
    char quote = '\0';
    size_t i = 0;
    for (; text[i]; i++) {
        const char c = text[i];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        else if (c == ',' && depth <= 0)
            break;
    }
    return i;
}

static rh_status read_axis(const char *text, rh_axis *axis, rh_error *error) {
    const char *equals = strchr(text, '=');
    range r;
    if (!equals || equals == text || !equals[1])
        return rh_fail(error, RH_BAD_CONFIG, "-P %s: must be key=value,value or key=from:to:step",
                       text);
    axis->key = rh_copy_bytes_as_text(text, (size_t)(equals - text));
    if (!axis->key)
        return rh_no_memory(error);
    rh_status status = RH_OK;
    for (const char *at = equals + 1; status == RH_OK;) {
        const size_t length = value_length(at);
        if (read_range(at, length, &r))
            status = add_range(axis, &r, error);
        else
            status = add_value(axis, at, length, error);
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    return status;
}

static int by_key(const void *x, const void *y) {
    return strcmp(((const rh_axis *)x)->key, ((const rh_axis *)y)->key);
}

rh_status rh_axes_read(const char *const *texts, size_t count, rh_axes *out, rh_error *error) {
    *out = (rh_axes){.n_combinations = 1};
    out->axes = rh_allocate(count, sizeof *out->axes);
    if (!out->axes)
        return rh_no_memory(error);
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++)
        status = read_axis(texts[i], &out->axes[out->n_axes++], error);
    if (status == RH_OK)
        qsort(out->axes, out->n_axes, sizeof *out->axes, by_key);
    for (size_t i = 0; i < out->n_axes && status == RH_OK; i++) {
        out->n_combinations *= out->axes[i].n_values;
        if (out->n_combinations > MOST_COMBINATIONS)
            status =
                rh_fail(error, RH_BAD_CONFIG, "-P: more than %d combinations", MOST_COMBINATIONS);
        else if (i > 0 && strcmp(out->axes[i - 1].key, out->axes[i].key) == 0)
            status = rh_fail(error, RH_BAD_CONFIG, "-P %s: given twice", out->axes[i].key);
    }
    if (status != RH_OK)
        rh_axes_free(out);
    return status;
}

void rh_axes_free(rh_axes *axes) {
    for (size_t i = 0; i < axes->n_axes; i++) {
        for (size_t k = 0; k < axes->axes[i].n_values; k++)
            rh_release(axes->axes[i].values[k]);
        rh_release(axes->axes[i].values);
        rh_release(axes->axes[i].key);
    }
    rh_release(axes->axes);
    *axes = (rh_axes){0};
}

const char *rh_axes_value(const rh_axes *axes, size_t combination, size_t axis) {
    for (size_t i = axes->n_axes - 1; i > axis; i--)
        combination /= axes->axes[i].n_values;
    return axes->axes[axis].values[combination % axes->axes[axis].n_values];
}
