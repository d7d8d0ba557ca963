/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/pack.h"

#include "base/vector.h"
#include "feed/little.h"

#include <math.h>
#include <string.h>

enum { BITS, FORM, EXPONENT, FLAGS, BASE };
enum { BITS_FORM, DECIMAL, PERCENT };
enum { HAS_SLOPE = 1, HAS_UNIT = 2, HAS_GAPS = 4 };

enum { MOST_EXPONENT = 15, STREAMS = 8, WORD = 64 };

static const double tens[MOST_EXPONENT + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

typedef struct {
    int64_t base, slope;
    uint64_t unit, largest; /* of u */
    int form, exponent, gaps;
} frame;

/* ---- writing ---- */

static unsigned bits_for(uint64_t largest) {
    return largest ? WORD - (unsigned)__builtin_clzll(largest) : 0;
}

static uint64_t all_ones(unsigned bits) {
    return bits == WORD ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

static size_t put_frame(const frame *f, unsigned bits, uint8_t *out) {
    size_t used = BASE + 8;
    out[BITS] = (uint8_t)bits;
    out[FORM] = (uint8_t)f->form;
    out[EXPONENT] = (uint8_t)f->exponent;
    out[FLAGS] = (uint8_t)((f->slope ? HAS_SLOPE : 0) | (f->unit > 1 ? HAS_UNIT : 0) |
                           (f->gaps ? HAS_GAPS : 0));
    rh_put_64(out + BASE, (uint64_t)f->base);
    if (f->slope) {
        rh_put_64(out + used, (uint64_t)f->slope);
        used += 8;
    }
    if (f->unit > 1) {
        rh_put_64(out + used, f->unit);
        used += 8;
    }
    return used;
}

static size_t length_of_bits(size_t n, size_t bits) {
    const size_t rows = (n + STREAMS - 1) / STREAMS;
    return (rows * bits + WORD - 1) / WORD * STREAMS * sizeof(uint64_t);
}

/* u has whole rows: what is behind n is 0. */
static size_t put_bits(const uint64_t *u, size_t n, unsigned bits, uint8_t *out) {
    uint64_t words[STREAMS] = {0};
    unsigned filled = 0;
    size_t used = 0;
    for (size_t row = 0; bits > 0 && row < n; row += STREAMS) {
        for (size_t s = 0; s < STREAMS; s++)
            words[s] |= u[row + s] << filled;
        filled += bits;
        if (filled < WORD)
            continue;
        filled -= WORD;
        for (size_t s = 0; s < STREAMS; s++, used += 8) {
            rh_put_64(out + used, words[s]);
            words[s] = filled ? u[row + s] >> (bits - filled) : 0;
        }
    }
    for (size_t s = 0; filled > 0 && s < STREAMS; s++, used += 8)
        rh_put_64(out + used, words[s]);
    return used;
}

/* Division by a number that divides: a product with its inverse modulo 2^64 (H. S. Warren, Hacker's
 * Delight, 10-16), many times faster than `/`. Of what it doesn't divide the quotient is larger
 * than any that can be. */
typedef struct {
    uint64_t inverse, most;
    unsigned shift;
} divisor;

static divisor divisor_of(uint64_t unit) {
    const unsigned shift = (unsigned)__builtin_ctzll(unit);
    const uint64_t odd = unit >> shift;
    uint64_t inverse = odd; /* right to 3 bits, then to twice as many each time */
    for (int i = 0; i < 5; i++)
        inverse *= 2 - odd * inverse;
    return (divisor){inverse, UINT64_MAX / unit, shift};
}

static uint64_t divide(const divisor *d, uint64_t number) {
    const uint64_t product = number * d->inverse;
    return d->shift ? product >> d->shift | product << (64 - d->shift) : product;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b) {
    while (b) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The greatest number that divides every difference from the first value. */
static uint64_t unit_of(const int64_t *values, size_t n, const uint8_t *gap) {
    uint64_t unit = 0;
    divisor d = {0};
    for (size_t i = 1; i < n && unit != 1; i++) {
        uint64_t step = (uint64_t)values[i] - (uint64_t)values[0];
        if (step == 0 || (gap && gap[i]))
            continue;
        if ((int64_t)step < 0)
            step = -step;
        if (unit != 0 && divide(&d, step) <= d.most)
            continue;
        unit = greatest_divisor(step, unit);
        d = divisor_of(unit);
    }
    return unit ? unit : 1;
}

/* Fills in base and largest for a slope. A range that wraps gives the largest of all. */
static void measure(const int64_t *values, size_t n, frame *f) {
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const int64_t rest = (int64_t)((uint64_t)values[i] - (uint64_t)f->slope * (uint64_t)i);
        low = rest < low ? rest : low;
        high = rest > high ? rest : high;
    }
    f->base = low;
    f->largest = ((uint64_t)high - (uint64_t)low) / f->unit;
}

static void try_slope(const int64_t *values, size_t n, frame *f) {
    frame sloped = *f;
    const int64_t rise = (int64_t)((uint64_t)values[n - 1] - (uint64_t)values[0]);
    const int64_t unit = (int64_t)f->unit;
    if (n < 2 || unit <= 0)
        return;
    sloped.slope = rise / unit / (int64_t)(n - 1) * unit;
    measure(values, n, &sloped);
    if (bits_for(sloped.largest) < bits_for(f->largest))
        *f = sloped;
}

/* `gap` marks the values that are NaN; their integers say nothing, NULL: none. */
static size_t put_frame_and_bits(const int64_t *values, size_t n, const uint8_t *gap, frame *f,
                                 uint8_t *out) {
    uint64_t u[RH_PACK_VALUES] = {0};
    const uint64_t above = f->gaps ? 1 : 0;
    const unsigned bits = bits_for(f->largest + above);
    const divisor unit = divisor_of(f->unit);
    const uint64_t ones = all_ones(bits);
    for (size_t i = 0; i < n; i++) {
        const uint64_t rest =
            (uint64_t)values[i] - (uint64_t)f->base - (uint64_t)f->slope * (uint64_t)i;
        u[i] = gap && gap[i] ? ones : divide(&unit, rest);
    }
    const size_t used = put_frame(f, bits, out);
    return used + put_bits(u, n, bits, out + used);
}

size_t rh_pack_integers(const int64_t *values, size_t n, int rising, uint8_t *out) {
    frame f = {.unit = unit_of(values, n, NULL)};
    measure(values, n, &f);
    if (rising)
        try_slope(values, n, &f);
    return put_frame_and_bits(values, n, NULL, &f, out);
}

static double value_of(int64_t m, int form, double scale) {
    const double value = (double)m / scale;
    return form == PERCENT ? value / 100.0 : value;
}

static int same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

/* The integer that gives the value in this form, if there is one. Beyond 2^51 the trick that
 * rounds to a whole number fails. */
static int whole(double value, int form, double scale, int64_t *out) {
    static const double most = 2251799813685248.0, shift = 6755399441055744.0;
    const double wanted = form == PERCENT ? value * 100.0 * scale : value * scale;
    if (!(wanted > -most && wanted < most))
        return 0;
    *out = (int64_t)((wanted + shift) - shift);
    return same_bits(value_of(*out, form, scale), value);
}

/* All values in one form, with the exponent grown as the values ask for it. */
static int find_decimals(const double *values, size_t n, const uint8_t *gap, int form,
                         int *exponent, int64_t *m) {
    for (size_t i = 0; i < n; i++) {
        m[i] = 0;
        if (gap[i] || whole(values[i], form, tens[*exponent], &m[i]))
            continue;
        if (++*exponent > MOST_EXPONENT)
            return 0;
        i = (size_t)-1; /* the scale has changed for all */
    }
    return 1;
}

/* The form that served last is tried first. */
static int find_form(const double *values, size_t n, const uint8_t *gap, rh_pack_hint *hint,
                     int64_t *m) {
    const int first = hint->form == PERCENT ? PERCENT : DECIMAL;
    const int forms[2] = {first, DECIMAL + PERCENT - first};
    for (int i = 0; i < 2; i++) {
        int exponent = i == 0 ? hint->exponent : 0;
        if (!find_decimals(values, n, gap, forms[i], &exponent, m))
            continue;
        *hint = (rh_pack_hint){forms[i], exponent};
        return 1;
    }
    return 0;
}

static size_t pack_bits(const double *values, size_t n, uint8_t *out) {
    int64_t m[RH_PACK_VALUES];
    frame f = {.unit = 1};
    memcpy(m, values, n * sizeof *m);
    measure(m, n, &f);
    return put_frame_and_bits(m, n, NULL, &f, out);
}

/* A gap in front would stand as the first value, from which units are counted. */
static void fill_gaps(int64_t *m, size_t n, const uint8_t *gap) {
    size_t first = 0;
    while (first < n && gap[first])
        first++;
    int64_t last = first < n ? m[first] : 0;
    for (size_t i = 0; i < n; i++) {
        if (gap[i])
            m[i] = last;
        last = m[i];
    }
}

size_t rh_pack_doubles(const double *values, size_t n, rh_pack_hint *hint, uint8_t *out) {
    int64_t m[RH_PACK_VALUES];
    uint8_t gap[RH_PACK_VALUES];
    int gaps = 0;
    for (size_t i = 0; i < n; i++) {
        gap[i] = (uint8_t)(isnan(values[i]) != 0);
        if (gap[i] && !same_bits(values[i], NAN))
            return pack_bits(values, n, out);
        gaps |= gap[i];
    }
    if (!find_form(values, n, gap, hint, m))
        return pack_bits(values, n, out);
    if (gaps)
        fill_gaps(m, n, gap);
    frame f = {.unit = unit_of(m, n, gaps ? gap : NULL),
               .form = hint->form,
               .exponent = hint->exponent,
               .gaps = gaps};
    measure(m, n, &f);
    return put_frame_and_bits(m, n, gaps ? gap : NULL, &f, out);
}

/* ---- reading ---- */

size_t rh_pack_length(const uint8_t *bytes, size_t size, size_t n) {
    if (size < BASE + 8 || n == 0 || n > RH_PACK_VALUES)
        return 0;
    const size_t bits = bytes[BITS];
    const unsigned flags = bytes[FLAGS];
    if (bits > WORD || bytes[FORM] > PERCENT || bytes[EXPONENT] > MOST_EXPONENT ||
        flags > (HAS_SLOPE | HAS_UNIT | HAS_GAPS))
        return 0;
    const size_t extras = (flags & HAS_SLOPE ? 8u : 0u) + (flags & HAS_UNIT ? 8u : 0u);
    const size_t length = BASE + 8 + extras + length_of_bits(n, bits);
    return length <= size ? length : 0;
}

RH_INLINE const uint8_t *get_frame(const uint8_t *bytes, frame *f) {
    const int flags = bytes[FLAGS];
    *f = (frame){.base = (int64_t)rh_get_64(bytes + BASE),
                 .unit = 1,
                 .form = bytes[FORM],
                 .exponent = bytes[EXPONENT],
                 .gaps = (flags & HAS_GAPS) != 0};
    const uint8_t *at = bytes + BASE + 8;
    if (flags & HAS_SLOPE) {
        f->slope = (int64_t)rh_get_64(at);
        at += 8;
    }
    if (flags & HAS_UNIT) {
        f->unit = rh_get_64(at);
        at += 8;
    }
    return at;
}

/* Writes whole rows, so that up to STREAMS - 1 values behind the last one are overwritten. */
RH_INLINE void get_bits(const uint8_t *at, size_t n, unsigned bits, uint64_t *u) {
    const uint64_t mask = all_ones(bits);
    size_t bit = 0;
    if (bits == 0) {
        memset(u, 0, n * sizeof *u);
        return;
    }
    for (size_t row = 0; row < n; row += STREAMS, bit += bits) {
        const uint8_t *words = at + bit / WORD * STREAMS * 8;
        const unsigned from = bit % WORD;
        if (from + bits <= WORD)
            for (size_t s = 0; s < STREAMS; s++)
                u[row + s] = rh_get_64(words + 8 * s) >> from & mask;
        else
            for (size_t s = 0; s < STREAMS; s++)
                u[row + s] = (rh_get_64(words + 8 * s) >> from |
                              rh_get_64(words + 8 * (STREAMS + s)) << (WORD - from)) &
                             mask;
    }
}

RH_INLINE void add_frame(const frame *f, const uint64_t *u, size_t n, int64_t *out) {
    const uint64_t base = (uint64_t)f->base, slope = (uint64_t)f->slope, unit = f->unit;
    if (slope)
        for (size_t i = 0; i < n; i++)
            out[i] = (int64_t)(base + slope * i + unit * u[i]);
    else if (unit > 1)
        for (size_t i = 0; i < n; i++)
            out[i] = (int64_t)(base + unit * u[i]);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = (int64_t)(base + u[i]);
}

RH_WIDE void rh_unpack_integers(const uint8_t *bytes, size_t n, int64_t *out) {
    uint64_t u[RH_PACK_VALUES];
    frame f;
    const uint8_t *at = get_frame(bytes, &f);
    get_bits(at, n, bytes[BITS], u);
    add_frame(&f, u, n, out);
}

/* Exact from -2^51 to 2^51, which is all that is ever packed; without a conversion of 64 bits, for
 * which there are no vector instructions before AVX-512. */
RH_INLINE double double_of(int64_t m) {
    const uint64_t bits = UINT64_C(0x4338000000000000) + (uint64_t)m; /* of 1.5 * 2^52, and m */
    double value;
    memcpy(&value, &bits, sizeof value);
    return value - 6755399441055744.0;
}

RH_INLINE void divide_all(const frame *f, const int64_t *m, size_t n, double *out) {
    const double scale = tens[f->exponent];
    for (size_t i = 0; i < n; i++)
        out[i] = double_of(m[i]) / scale;
    if (f->form == PERCENT)
        for (size_t i = 0; i < n; i++)
            out[i] /= 100.0;
}

RH_WIDE void rh_unpack_doubles(const uint8_t *bytes, size_t n, double *out) {
    uint64_t u[RH_PACK_VALUES];
    int64_t m[RH_PACK_VALUES];
    frame f;
    const uint8_t *at = get_frame(bytes, &f);
    const unsigned bits = bytes[BITS];
    get_bits(at, n, bits, u);
    add_frame(&f, u, n, m);
    if (f.form == BITS_FORM)
        memcpy(out, m, n * sizeof *out);
    else
        divide_all(&f, m, n, out);
    const uint64_t ones = all_ones(bits);
    for (size_t i = 0; f.gaps && i < n; i++)
        out[i] = u[i] == ones ? NAN : out[i];
}
