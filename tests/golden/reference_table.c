/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reference_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef REHEDGE_SOURCE_DIR
#define REHEDGE_SOURCE_DIR "."
#endif

struct reference_table {
    char name[64];
    char *text;    /* the file, cut into fields by terminators */
    char **fields; /* row by row, the header first */
    size_t columns, rows;
};

static void stop(const reference_table *table, const char *problem, const char *what) {
    fprintf(stderr, "%s: %s '%s'\n", table->name, problem, what);
    exit(1);
}

static void *must(void *memory) {
    if (!memory) {
        fprintf(stderr, "no memory for a reference table\n");
        exit(1);
    }
    return memory;
}

static FILE *open_file(const char *name) {
    char path[4096];
    const char *shared = getenv("REHEDGE_SHARED");
    (void)snprintf(path, sizeof path, "%s%s/reference/%s", shared ? shared : REHEDGE_SOURCE_DIR,
                   shared ? "" : "/../shared", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        printf("skipped: no %s\n", path);
    return file;
}

static char *read_all(FILE *file) {
    size_t size = 0, capacity = 1 << 16, got;
    char *text = must(malloc(capacity));
    while ((got = fread(text + size, 1, capacity - size - 1, file)) > 0) {
        size += got;
        if (capacity - size < 2)
            text = must(realloc(text, capacity *= 2));
    }
    text[size] = '\0';
    return text;
}

/* Cuts one field off `at`, in place. *end is the character that ended it: ',', '\n' or 0. */
static char *cut_field(char **at, char *end) {
    char *p = *at, *field = p;
    if (*p == '"') {
        field = ++p;
        while (*p && *p != '"')
            p++;
        if (*p)
            *p++ = '\0';
    }
    while (*p && *p != ',' && *p != '\n' && *p != '\r')
        p++;
    *end = *p == '\r' ? '\n' : *p;
    if (*p == '\r')
        *p++ = '\0';
    if (*p)
        *p++ = '\0';
    *at = p;
    return field;
}

static void add_row(reference_table *table, char **at) {
    size_t count = 0;
    char end = ',';
    while (end == ',') {
        char *field = cut_field(at, &end);
        if (table->rows > 0 && count == table->columns)
            stop(table, "too many fields before", field);
        const size_t place = table->rows * table->columns + count++;
        table->fields = must(realloc(table->fields, (place + 1) * sizeof *table->fields));
        table->fields[place] = field;
    }
    if (table->rows == 0)
        table->columns = count;
    if (count != table->columns)
        stop(table, "too few fields after", table->fields[table->rows * table->columns]);
    table->rows++;
}

reference_table *reference_open(const char *name) {
    FILE *file = open_file(name);
    if (!file)
        return NULL;
    reference_table *table = must(calloc(1, sizeof *table));
    (void)snprintf(table->name, sizeof table->name, "%s", name);
    table->text = read_all(file);
    (void)fclose(file);
    for (char *at = table->text; *at;)
        add_row(table, &at);
    if (table->rows < 2)
        stop(table, "no rows below", "the header");
    return table;
}

void reference_close(reference_table *table) {
    if (!table)
        return;
    free(table->fields);
    free(table->text);
    free(table);
}

size_t reference_rows(const reference_table *table) {
    return table->rows - 1;
}

int reference_has(const reference_table *table, const char *column) {
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->fields[i], column) == 0)
            return 1;
    return 0;
}

const char *reference_text(const reference_table *table, size_t row, const char *column) {
    for (size_t i = 0; i < table->columns; i++)
        if (strcmp(table->fields[i], column) == 0)
            return table->fields[(row + 1) * table->columns + i];
    stop(table, "no column", column);
    return NULL;
}

double reference_number(const reference_table *table, size_t row, const char *column) {
    char *end;
    const char *text = reference_text(table, row, column);
    if (!*text)
        return NAN;
    const double value = strtod(text, &end);
    if (*end)
        stop(table, "not a number", text);
    return value;
}

double reference_error(double got, double want) {
    const double apart = fabs(got - want);
    return fabs(want) < 1e-290 ? apart * 1e279 : apart / fabs(want);
}
