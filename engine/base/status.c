/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

rh_status rh_fail(rh_error *error, rh_status code, const char *format, ...) {
    if (!error)
        return code;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    error->code = code;
    return code;
}

rh_status rh_fail_at(rh_error *error, const char *format, ...) {
    char sentence[sizeof error->text];
    char place[512];
    va_list arguments;

    if (!error)
        return RH_FAILED;
    va_start(arguments, format);
    (void)vsnprintf(place, sizeof place, format, arguments);
    va_end(arguments);
    memcpy(sentence, error->text, sizeof sentence);
    (void)snprintf(error->text, sizeof error->text, "%s: %.*s", place,
                   (int)(sizeof error->text - sizeof place - 3), sentence);
    return error->code;
}
