/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h: JSON text, written in order.
 *
 * A writer grows as it is written to; running out of memory is remembered and makes
 * rh_json_text return NULL. Commas are put by the writer. Numbers read back to the same double
 * (rh_number_text), but a negative zero is 0; NaN and infinities are null. No blanks, so that
 * equal values are equal bytes.
 */
#ifndef RH_BASE_JSON_H
#define RH_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *text;
    size_t length, capacity;
    int failed, after_value;
} rh_json;

/* `key` is the name inside an object, NULL inside a list or at the top. */
void rh_json_begin(rh_json *json, const char *key, char bracket); /* '{' or '[' */
void rh_json_end(rh_json *json, char bracket);                    /* '}' or ']' */
void rh_json_string(rh_json *json, const char *key, const char *value); /* NULL is null */
void rh_json_number(rh_json *json, const char *key, double value);
void rh_json_boolean(rh_json *json, const char *key, int value);

/* The text, owned by the writer; NULL if there was no memory. */
const char *rh_json_text(const rh_json *json);
void rh_json_free(rh_json *json);

#endif
