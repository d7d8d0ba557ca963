/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Values of the user may hold line ends and terminal escapes; a sentence is one line. */
static void put_on_one_line(char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

rh_status rh_fail(rh_error *error, rh_status code, const char *format, ...) {
    if (!error)
        return code;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    put_on_one_line(error->text);
    error->code = code;
    return code;
}

rh_status rh_no_memory(rh_error *error) {
    return rh_fail(error, RH_FAILED, "out of memory");
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
    const int used = snprintf(error->text, sizeof error->text, "%s: ", place);
    const int room = (int)sizeof error->text - 1 - used; /* place is shorter than text */
    (void)snprintf(error->text + used, (size_t)room + 1, "%.*s", room, sentence);
    put_on_one_line(error->text);
    return error->code;
}
