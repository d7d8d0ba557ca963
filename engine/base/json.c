/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include "base/memory.h"
#include "base/number.h"

#include <stdio.h>
#include <string.h>

static void put(rh_json *json, const char *bytes, size_t count) {
    while (!json->failed && json->capacity - json->length <= count) {
        const size_t larger = json->capacity ? json->capacity * 2 : 1024;
        char *grown = rh_resize(json->text, larger, 1);
        json->failed = !grown;
        if (!grown)
            return;
        json->text = grown;
        json->capacity = larger;
    }
    if (json->failed)
        return;
    memcpy(json->text + json->length, bytes, count);
    json->length += count;
    json->text[json->length] = '\0';
}

static void put_quoted(rh_json *json, const char *value) {
    put(json, "\"", 1);
    for (const char *at = value; *at; at++) {
        const unsigned char c = (unsigned char)*at;
        char escaped[8];
        if (c == '"' || c == '\\')
            (void)snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c < 0x20)
            (void)snprintf(escaped, sizeof escaped, "\\u%04x", c);
        else
            (void)snprintf(escaped, sizeof escaped, "%c", c);
        put(json, escaped, strlen(escaped));
    }
    put(json, "\"", 1);
}

static void start_value(rh_json *json, const char *key) {
    if (json->after_value)
        put(json, ",", 1);
    if (key) {
        put_quoted(json, key);
        put(json, ":", 1);
    }
    json->after_value = 1;
}

void rh_json_begin(rh_json *json, const char *key, char bracket) {
    start_value(json, key);
    put(json, &bracket, 1);
    json->after_value = 0;
}

void rh_json_end(rh_json *json, char bracket) {
    put(json, &bracket, 1);
    json->after_value = 1;
}

void rh_json_string(rh_json *json, const char *key, const char *value) {
    start_value(json, key);
    if (value)
        put_quoted(json, value);
    else
        put(json, "null", 4);
}

void rh_json_number(rh_json *json, const char *key, double value) {
    char text[RH_NUMBER_TEXT];
    const int finite = value - value == 0.0;
    start_value(json, key);
    (void)rh_number_text(value + 0.0, text); /* -0 + 0 is 0 */
    put(json, finite ? text : "null", finite ? strlen(text) : 4);
}

void rh_json_boolean(rh_json *json, const char *key, int value) {
    start_value(json, key);
    put(json, value ? "true" : "false", value ? 4 : 5);
}

const char *rh_json_text(const rh_json *json) {
    return json->failed ? NULL : json->text ? json->text : "";
}

void rh_json_free(rh_json *json) {
    rh_release(json->text);
    *json = (rh_json){0};
}
