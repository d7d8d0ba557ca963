/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: the program: global options, then one command. */
#include "base/config.h"
#include "cli/command.h"
#include "cli/options.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int interrupted; /* lock-free: safe in a handler, and between threads */
#if ATOMIC_INT_LOCK_FREE != 2
#error "an atomic int must be lock-free to be set in a signal handler"
#endif

static void on_signal(int number) {
    atomic_store(&interrupted, number);
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

const rh_command *const *rh_commands(void) {
    static const rh_command *const commands[] = {&rh_command_run,    &rh_command_compare,
                                                 &rh_command_report, &rh_command_export,
                                                 &rh_command_import, &rh_command_list,
                                                 &rh_command_check,  &rh_command_simulate,
                                                 &rh_command_help,   NULL};
    return commands;
}

enum { PLUGIN, QUIET, VERBOSE, JSON, COLOUR, PROGRESS, DIRECTORY, VERSION, HELP };
static const rh_option global_options[] = {
    [PLUGIN] = {"plugin", 0, "FILE.so", "load a strategy or ratio (may be repeated)"},
    [QUIET] = {"quiet", 'q', NULL, "no notes and warnings on stderr"},
    [VERBOSE] = {"verbose", 'v', NULL, "say more on stderr"},
    [JSON] = {"json", 0, NULL, "print JSON instead of text, where a command can"},
    [COLOUR] = {"color", 0, "auto|always|never", "colours in the terminal (NO_COLOR is respected)"},
    [PROGRESS] = {"progress", 0, "auto|always|never", "progress on stderr"},
    [DIRECTORY] = {"directory", 'C', "DIR", "change to this directory first"},
    [VERSION] = {"version", 0, NULL, "print the version"},
    [HELP] = {"help", 'h', NULL, "print help on the command"},
};
enum { N_GLOBAL = sizeof global_options / sizeof *global_options };

const rh_option *rh_global_options(size_t *count) {
    *count = N_GLOBAL;
    return global_options;
}

int rh_report_error(const rh_error *error) {
    (void)fprintf(stderr, "rehedge: %s\n", error->text);
    return (int)error->code;
}

void rh_warn(const rh_globals *globals, const char *format, ...) {
    va_list arguments;
    if (globals->quiet)
        return;
    (void)fputs("rehedge: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

int rh_finish_output(int code) {
    rh_error error;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    (void)rh_fail(&error, RH_FAILED, "standard output: %s", strerror(errno));
    return code ? code : rh_report_error(&error);
}

/* auto, always or never; -1 if it is none of them. */
static int decide(const char *choice, int automatic) {
    if (!choice || strcmp(choice, "auto") == 0)
        return automatic;
    return strcmp(choice, "always") == 0 ? 1 : strcmp(choice, "never") == 0 ? 0 : -1;
}

static rh_status read_globals(const rh_arguments *arguments, rh_globals *globals, rh_error *error) {
    const char *no_colour = getenv("NO_COLOR"), *directory = rh_argument(arguments, DIRECTORY);
    const int plain = no_colour && *no_colour;
    globals->quiet = arguments->count[QUIET] > 0;
    globals->verbose = arguments->count[VERBOSE] > 0;
    globals->json = arguments->count[JSON] > 0;
    globals->colour = decide(rh_argument(arguments, COLOUR), !plain && isatty(STDOUT_FILENO));
    globals->progress =
        decide(rh_argument(arguments, PROGRESS), !globals->quiet && isatty(STDERR_FILENO));
    if (globals->colour < 0 || globals->progress < 0)
        return rh_fail(error, RH_BAD_CONFIG, "%s takes auto, always or never",
                       globals->colour < 0 ? "--color" : "--progress");
    if (directory && chdir(directory) != 0)
        return rh_fail(error, RH_BAD_CONFIG, "-C %s: %s", directory, strerror(errno));
    rh_status status = rh_registry_new(&globals->registry, error);
    for (size_t i = 0; i < arguments->count[PLUGIN] && status == RH_OK; i++)
        status = rh_registry_load(globals->registry, arguments->given[PLUGIN][i], error);
    return status;
}

static const rh_command *find_command(const char *name, rh_error *error) {
    const char *names[16];
    size_t n = 0;
    for (const rh_command *const *c = rh_commands(); *c; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
        names[n++] = (*c)->name;
    }
    const char *near = rh_nearest_name(name, names, n);
    if (near)
        (void)rh_fail(error, RH_BAD_CONFIG, "no command '%s' (did you mean '%s'?)", name, near);
    else
        (void)rh_fail(error, RH_BAD_CONFIG, "no command '%s'; see `rehedge help`", name);
    return NULL;
}

static int run_command(const rh_command *command, const rh_parsed *parsed, rh_error *error) {
    rh_globals globals = {.interrupted = &interrupted};
    if (command->polls)
        catch_signals();
    int code = (int)read_globals(&parsed->globals, &globals, error);
    if (code == RH_OK)
        code = rh_finish_output(command->run(&parsed->own, &globals));
    else
        code = rh_report_error(error);
    rh_registry_free(globals.registry);
    return code;
}

int main(int argc, char **argv) {
    rh_error error = {0};
    rh_parsed parsed;
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)gsl_set_error_handler_off();
    const char *name = rh_options_command(argc, argv);
    const rh_command *command = name ? find_command(name, &error) : NULL;
    if (name && !command)
        return rh_report_error(&error);
    if (rh_options_parse(command, argc, argv, &parsed, &error) != RH_OK) {
        rh_options_free(&parsed);
        return rh_report_error(&error);
    }
    int code = RH_OK;
    if (parsed.globals.count[VERSION] > 0) {
        (void)printf("rehedge %s\n", REHEDGE_VERSION);
        code = rh_finish_output(code);
    } else if (!command) {
        const int asked = parsed.globals.count[HELP] > 0;
        rh_print_overview(asked ? stdout : stderr);
        code = rh_finish_output(asked ? RH_OK : RH_BAD_CONFIG);
    } else if (parsed.globals.count[HELP] > 0) {
        rh_print_help(command, stdout);
        code = rh_finish_output(code);
    } else if (rh_options_check(command, &parsed, &error) != RH_OK) {
        code = rh_report_error(&error);
    } else {
        code = run_command(command, &parsed, &error);
    }
    rh_options_free(&parsed);
    return code;
}
