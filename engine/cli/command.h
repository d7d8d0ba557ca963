/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.h: what every command of the program is made of.
 *
 * A command is a record with a table of options; parsing, --help and errors come from the table.
 * stdout is data, stderr is talk; a command returns the exit code (the values of rh_status).
 */
#ifndef RH_CLI_COMMAND_H
#define RH_CLI_COMMAND_H

#include "base/status.h"
#include "strategy/registry.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

enum { RH_MOST_OPTIONS = 32 };

typedef struct {
    const char *name; /* "set" for --set */
    char letter;      /* 'o' for -o; 0: none */
    const char *value; /* what stands behind it in help; NULL: a flag */
    const char *help;
} rh_option;

/* What the user typed, by position in the command's table. */
typedef struct {
    const char *const *given[RH_MOST_OPTIONS]; /* values in the order given */
    size_t count[RH_MOST_OPTIONS];
    const char *const *operands;
    size_t n_operands;
} rh_arguments;

/* The last value of an option, or NULL. */
const char *rh_argument(const rh_arguments *arguments, size_t option);

/* Set for every command. */
typedef struct {
    int quiet, verbose, json;
    int colour;   /* of stdout, decided */
    int progress; /* on stderr, decided */
    rh_registry *registry;
    const atomic_int *interrupted; /* the signal's number */
} rh_globals;

typedef struct rh_command {
    const char *name, *operands, *summary;
    const char *example; /* a command, and the beginning of its output */
    const rh_option *options;
    size_t n_options;
    size_t least_operands, most_operands;
    int polls; /* it looks at `interrupted` while it works; others are ended by the signal itself */
    int (*run)(const rh_arguments *arguments, const rh_globals *globals);
} rh_command;

extern const rh_command rh_command_run, rh_command_compare, rh_command_report, rh_command_export,
    rh_command_import, rh_command_list, rh_command_check, rh_command_simulate, rh_command_help;

const rh_command *const *rh_commands(void); /* ends with NULL */
const rh_option *rh_global_options(size_t *count);

/* Prints "rehedge: sentence" to stderr and returns the error's code. */
int rh_report_error(const rh_error *error);
void rh_warn(const rh_globals *globals, const char *format, ...) RH_PRINTF(2, 3);

/* The results file of an experiment: its name with an ending, in the current directory. The report of a
 * results file: a folder beside it. The caller releases them; NULL without memory. */
char *rh_output_name(const char *experiment, const char *ending);
char *rh_report_folder(const char *results);

/* Flushes stdout; a full disk or a closed pipe is an error. */
int rh_finish_output(int code);

void rh_print_help(const rh_command *command, FILE *out);
void rh_print_overview(FILE *out);

#endif
