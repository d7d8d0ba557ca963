/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include "base/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 127, INTEGER_MAX = 23 }; /* bytes */

/* A number taken apart: digits * 10^exponent, `cut` if there were more digits than fit. */
typedef struct {
    uint64_t digits;
    int exponent, negative, cut;
} parts;

enum { EXPONENT_LIMIT = 100000 }; /* beyond it everything is 0 or infinite */

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Takes digits; leading zeros don't count among the 19 that fit. Returns the next character. */
static const char *take_digits(const char *at, const char *end, int after_point, int *count,
                               parts *p) {
    for (; at < end && is_digit(*at); at++) {
        if (*count < 19) {
            p->digits = p->digits * 10 + (uint64_t)(*at - '0');
            *count += p->digits > 0;
            p->exponent -= after_point;
        } else {
            p->cut = 1;
            p->exponent += !after_point;
        }
    }
    return at;
}

static const char *take_exponent(const char *at, const char *end, int *exponent) {
    int value = 0, negative = 0;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end)
        return NULL;
    for (; at < end && is_digit(*at); at++)
        value = value < EXPONENT_LIMIT ? value * 10 + (*at - '0') : value;
    *exponent += negative ? -value : value;
    return at;
}

/* 0, or -1 if the text isn't a number. */
static int take_apart(const char *text, size_t length, parts *p) {
    const char *at = text, *end = text + length;
    int count = 0;
    *p = (parts){0};
    if (at < end && (*at == '+' || *at == '-'))
        p->negative = *at++ == '-';
    const char *first = at;
    at = take_digits(at, end, 0, &count, p);
    ptrdiff_t n_digits = at - first;
    if (at < end && *at == '.') {
        first = ++at;
        at = take_digits(at, end, 1, &count, p);
        n_digits += at - first;
    }
    if (n_digits == 0)
        return -1;
    if (at < end && (*at == 'e' || *at == 'E'))
        at = take_exponent(at + 1, end, &p->exponent);
    return at == end ? 0 : -1;
}

/* The program never leaves the C locale, so strtod's decimal point is a point. */
static int ask_strtod(const char *text, size_t length, double *out) {
    char copy[NUMBER_MAX + 1];
    memcpy(copy, text, length);
    copy[length] = '\0';
    double value = strtod(copy, NULL);
    if (!isfinite(value))
        return -1;
    *out = value;
    return 0;
}

int rh_number_parse(const char *text, size_t length, double *out) {
    parts p;
    double value, above;
    if (length > NUMBER_MAX || take_apart(text, length, &p) != 0)
        return -1;
    if (rh_decimal_double(p.digits, p.exponent, &value) != 0)
        return ask_strtod(text, length, out);
    if (p.cut && (rh_decimal_double(p.digits + 1, p.exponent, &above) != 0 || above != value))
        return ask_strtod(text, length, out);
    *out = p.negative ? -value : value;
    return 0;
}

int rh_integer_parse(const char *text, size_t length, int64_t *out) {
    const int signed_text = length > 1 && (*text == '-' || *text == '+');
    const uint64_t limit = (uint64_t)INT64_MAX + (signed_text && *text == '-');
    uint64_t value = 0;
    if (length == 0 || length > INTEGER_MAX)
        return -1;
    size_t i = (size_t)signed_text;
    for (; length - i >= 8; i += 8) { /* at most twice */
        const uint64_t word = rh_decimal_load(text + i);
        if (!rh_decimal_are_digits(word))
            return -1;
        value = value * 100000000 + rh_decimal_value(word);
    }
    for (; i < length; i++) {
        const uint64_t digit = (unsigned char)text[i] - (uint64_t)'0';
        if (digit > 9 || value >= UINT64_C(1000000000000000000))
            return -1;
        value = value * 10 + digit;
    }
    if (value > limit)
        return -1;
    *out = *text == '-' ? (int64_t)(0 - value) : (int64_t)value;
    return 0;
}

const char *rh_number_text(double value, char buffer[RH_NUMBER_TEXT]) {
    buffer[0] = '\0';
    if (isnan(value))
        return buffer;
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(buffer, RH_NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    return buffer;
}

double rh_round_to(double x, double lot) {
    return lot > 0.0 ? floor(x / lot + 0.5) * lot : x;
}
