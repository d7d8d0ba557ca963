/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include "base/config.h"
#include "base/memory.h"

#include <string.h>

const char *rh_argument(const rh_arguments *arguments, size_t option) {
    const size_t count = arguments->count[option];
    return count ? arguments->given[option][count - 1] : NULL;
}

/* One table and the place where its values go. */
typedef struct {
    const rh_option *options;
    size_t n_options;
    rh_arguments *into;
} table;

/* What one word says: an option of a table and perhaps a value behind '=' or the letter. */
typedef struct {
    const table *table;
    size_t option;
    const char *value;
} match;

static int matches(const rh_option *option, const char *word, const char **value) {
    *value = NULL;
    if (word[1] != '-') {
        if (!option->letter || word[1] != option->letter)
            return 0;
        *value = word[2] ? word + 2 : NULL;
        return 1;
    }
    const size_t length = strlen(option->name);
    if (strncmp(word + 2, option->name, length) != 0)
        return 0;
    if (word[2 + length] == '=')
        *value = word + 3 + length;
    return word[2 + length] == '=' || word[2 + length] == '\0';
}

static int find(const table tables[2], const char *word, match *out) {
    for (int t = 0; t < 2; t++)
        for (size_t i = 0; i < tables[t].n_options; i++)
            if (matches(&tables[t].options[i], word, &out->value)) {
                out->table = &tables[t];
                out->option = i;
                return 1;
            }
    return 0;
}

static rh_status unknown(const table tables[2], const char *word, rh_error *error) {
    const char *names[2 * RH_MOST_OPTIONS];
    char bare[64];
    size_t n = 0;
    for (int t = 0; t < 2; t++)
        for (size_t i = 0; i < tables[t].n_options; i++)
            names[n++] = tables[t].options[i].name;
    const char *start = word + strspn(word, "-");
    const size_t length = strcspn(start, "=");
    if (length < sizeof bare) {
        memcpy(bare, start, length);
        bare[length] = '\0';
        const char *near = length > 1 ? rh_nearest_name(bare, names, n) : NULL;
        if (near)
            return rh_fail(error, RH_BAD_CONFIG, "no option '%s' (did you mean '--%s'?)", word,
                           near);
    }
    return rh_fail(error, RH_BAD_CONFIG, "no option '%s'; see --help", word);
}

static int is_option(const char *word) {
    return word[0] == '-' && word[1] != '\0';
}

const char *rh_options_command(int argc, char **argv) {
    size_t n;
    const rh_option *globals = rh_global_options(&n);
    const table tables[2] = {{globals, n, NULL}, {NULL, 0, NULL}};
    for (int i = 1; i < argc; i++) {
        match found;
        if (!is_option(argv[i]))
            return argv[i];
        if (find(tables, argv[i], &found) && globals[found.option].value && !found.value)
            i++;
    }
    return NULL;
}

/* Takes the words twice: once to count the values of each option, once to put them down behind
 * each other. */
static rh_status take(const table tables[2], int argc, char **argv, int counting, rh_arguments *own,
                      int skip_command, rh_error *error) {
    int options_over = 0;
    for (int i = 1; i < argc; i++) {
        match found;
        if (!options_over && strcmp(argv[i], "--") == 0) {
            options_over = 1;
            continue;
        }
        if (options_over || !is_option(argv[i])) {
            if (skip_command) {
                skip_command = 0;
            } else if (counting) {
                ((const char **)(uintptr_t)own->operands)[own->n_operands++] = argv[i];
            }
            continue;
        }
        if (!find(tables, argv[i], &found))
            return unknown(tables, argv[i], error);
        const rh_option *option = &found.table->options[found.option];
        rh_arguments *into = found.table->into;
        if (!option->value && found.value)
            return rh_fail(error, RH_BAD_CONFIG, "--%s takes no value", option->name);
        if (option->value && !found.value) {
            if (++i >= argc)
                return rh_fail(error, RH_BAD_CONFIG, "--%s needs a value: %s", option->name,
                               option->value);
            found.value = argv[i];
        }
        if (!counting && option->value)
            ((const char **)(uintptr_t)into->given[found.option])[into->count[found.option]] =
                found.value;
        into->count[found.option]++;
    }
    return RH_OK;
}

static void lay_out(rh_arguments *arguments, const char ***next) {
    for (size_t i = 0; i < RH_MOST_OPTIONS; i++) {
        arguments->given[i] = *next;
        *next += arguments->count[i];
        arguments->count[i] = 0;
    }
}

rh_status rh_options_parse(const rh_command *command, int argc, char **argv, rh_parsed *out,
                           rh_error *error) {
    *out = (rh_parsed){0};
    size_t n_globals;
    const rh_option *globals = rh_global_options(&n_globals);
    const table tables[2] = {
        {globals, n_globals, &out->globals},
        {command ? command->options : NULL, command ? command->n_options : 0, &out->own}};
    /* Every word is an option, its value or an operand. */
    const size_t words = (size_t)argc + 1;
    out->values = rh_allocate(2 * words, sizeof *out->values);
    if (!out->values)
        return rh_no_memory(error);
    out->own.operands = out->values + words;
    rh_status status = take(tables, argc, argv, 1, &out->own, command != NULL, error);
    if (status != RH_OK)
        return status;
    const char **next = out->values;
    lay_out(&out->globals, &next);
    lay_out(&out->own, &next);
    return take(tables, argc, argv, 0, &out->own, command != NULL, error);
}

void rh_options_free(rh_parsed *parsed) {
    rh_release((void *)parsed->values);
    parsed->values = NULL;
}

rh_status rh_options_check(const rh_command *command, const rh_parsed *parsed, rh_error *error) {
    if (parsed->own.n_operands < command->least_operands)
        return rh_fail(error, RH_BAD_CONFIG, "%s needs %s; see `rehedge %s --help`", command->name,
                       command->operands, command->name);
    if (parsed->own.n_operands > command->most_operands)
        return rh_fail(error, RH_BAD_CONFIG,
                       "%s: '%s' is one argument too many; see `rehedge %s "
                       "--help`",
                       command->name, parsed->own.operands[command->most_operands], command->name);
    return RH_OK;
}
