/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.h: the command line against the tables of options. */
#ifndef RH_CLI_OPTIONS_H
#define RH_CLI_OPTIONS_H

#include "cli/command.h"

typedef struct {
    rh_arguments globals, own;
    const char **values; /* storage of all given values and operands */
} rh_parsed;

/* The first word that is not an option (nor the value of a global one): the command's name. NULL
 * if there is none. */
const char *rh_options_command(int argc, char **argv);

/* Reads everything behind the program's name. Options may stand before and after operands; `--`
 * ends them; -P1 and --name=value are understood. `command` may be NULL: then only global options
 * are known. The texts belong to argv. rh_options_free is harmless after a failure. */
rh_status rh_options_parse(const rh_command *command, int argc, char **argv, rh_parsed *out,
                           rh_error *error);
void rh_options_free(rh_parsed *parsed);

/* The number of operands is what the command takes. */
rh_status rh_options_check(const rh_command *command, const rh_parsed *parsed, rh_error *error);

#endif
