/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program never leaves the C locale, so strtod's decimal point is a point. */
int rh_number_parse(const char *text, size_t length, double *out) {
    char copy[128], *end;
    if (length == 0 || length >= sizeof copy)
        return -1;
    for (size_t i = 0; i < length; i++)
        if (!strchr("0123456789+-.eE", text[i]) || text[i] == '\0')
            return -1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    double value = strtod(copy, &end);
    if (end != copy + length || !isfinite(value))
        return -1;
    *out = value;
    return 0;
}

int rh_integer_parse(const char *text, size_t length, int64_t *out) {
    char copy[24], *end;
    if (length == 0 || length >= sizeof copy)
        return -1;
    for (size_t i = 0; i < length; i++)
        if (!((text[i] >= '0' && text[i] <= '9') ||
              (i == 0 && length > 1 && strchr("+-", text[i]))))
            return -1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    errno = 0;
    long long value = strtoll(copy, &end, 10);
    if (errno || end != copy + length)
        return -1;
    *out = value;
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
