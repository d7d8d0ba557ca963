/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: vendor files into a market store, each of them whole or not at all. */
#include "base/clock.h"
#include "base/config.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "feed/store.h"

#include <inttypes.h>
#include <string.h>

enum {
    STORE,
    INSTRUMENT,
    TIMEZONE,
    MAP,
    INTERVAL,
    STAMP,
    DELAY,
    DISORDER,
    PROXY,
    SIZE,
    IV_UNIT,
    QUERY,
    SKIP_BAD
};
static const rh_option options[] = {
    [STORE] = {"store", 0, "FILE.db", "the store; made if it isn't there (needed)"},
    [INSTRUMENT] = {"instrument", 0, "NAME", "the instrument that every row is about"},
    [TIMEZONE] = {"timezone", 0, "ZONE", "IANA name of the files' clock; UTC if not given"},
    [MAP] = {"map", 0, "COLUMN=FIELD", "what a column is called here (may be repeated)"},
    [INTERVAL] = {"interval", 0, "DURATION", "length of the bars or funding periods"},
    [STAMP] = {"stamp", 0, "start|end", "which end of its bar a row's time is"},
    [DELAY] = {"delay", 0, "DURATION", "rows are known this long after they happened"},
    [DISORDER] = {"disorder", 0, "DURATION", "rows may come this late; they are put in order"},
    [PROXY] = {"proxy", 0, NULL, "funding of another contract may stand in for NAME's"},
    [SIZE] = {"contract-size", 0, "NUMBER", "sizes are contracts of so many USD or coins"},
    [SKIP_BAD] = {"skip-bad", 0, "N",
                  "skip up to N bad rows of each file; they are counted and kept"},
    [IV_UNIT] = {"iv-unit", 0, "percent|fraction",
                 "of volatilities; the format's own if not given"},
    [QUERY] = {"query", 0, "SELECT", "of format sqlite: a table's name, or one SELECT"},
};

typedef struct {
    const rh_globals *globals;
    const rh_arguments *arguments;
    rh_source_spec spec; /* but for the path */
    char **columns;      /* of the map */
    rh_store_writer *writer;
    rh_json json;
    const char *path; /* that is being read */
    double started, shown;
} session;

/* ---- what the user said ---- */

static rh_status read_duration(const session *s, size_t option, int64_t *out, rh_error *error) {
    const char *text = rh_argument(s->arguments, option);
    if (!text || rh_duration_parse(text, strlen(text), out) == 0)
        return RH_OK;
    return rh_fail(error, RH_BAD_CONFIG, "--%s: '%s' is not a duration such as 8h or 100ms",
                   options[option].name, text);
}

static rh_status read_map(session *s, rh_error *error) {
    const size_t count = s->arguments->count[MAP];
    struct rh_column_map *map = rh_allocate(count + 1, sizeof *map);
    s->spec.map = map;
    s->columns = rh_allocate(count + 1, sizeof *s->columns);
    if (!map || !s->columns)
        return rh_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        const char *text = s->arguments->given[MAP][i], *equals = strrchr(text, '=');
        if (!equals || equals == text || !equals[1])
            return rh_fail(error, RH_BAD_CONFIG, "--map %s: must be column=field", text);
        s->columns[i] = rh_copy_bytes_as_text(text, (size_t)(equals - text));
        if (!s->columns[i])
            return rh_no_memory(error);
        map[s->spec.n_map++] = (struct rh_column_map){s->columns[i], equals + 1};
    }
    return RH_OK;
}

static rh_status check_format(const char *wanted, rh_error *error) {
    enum { MOST = 64 };
    const char *names[MOST];
    size_t n;
    const rh_format_entry *formats = rh_formats(&n);
    for (size_t i = 0; i < n && i < MOST; i++) {
        names[i] = formats[i].name;
        if (strcmp(names[i], wanted) == 0)
            return RH_OK;
    }
    const char *near = rh_nearest_name(wanted, names, n < MOST ? n : MOST);
    if (near)
        return rh_fail(error, RH_BAD_CONFIG, "no format '%s' (did you mean '%s'?)", wanted, near);
    return rh_fail(error, RH_BAD_CONFIG, "no format '%s'; see `rehedge list formats`", wanted);
}

static rh_status read_settings(session *s, rh_error *error) {
    const rh_arguments *a = s->arguments;
    s->spec = (rh_source_spec){.format = a->operands[0],
                               .instrument = rh_argument(a, INSTRUMENT),
                               .timezone = rh_argument(a, TIMEZONE),
                               .stamp = rh_argument(a, STAMP),
                               .iv_unit = rh_argument(a, IV_UNIT),
                               .query = rh_argument(a, QUERY),
                               .contract_size = 1.0,
                               .proxy = a->count[PROXY] > 0};
    const char *size = rh_argument(a, SIZE), *skip = rh_argument(a, SKIP_BAD);
    int64_t n = 0;
    rh_status status = check_format(s->spec.format, error);
    if (status == RH_OK && !rh_argument(a, STORE))
        status = rh_fail(error, RH_BAD_CONFIG, "import needs --store FILE.db");
    if (status == RH_OK && skip && (rh_integer_parse(skip, strlen(skip), &n) != 0 || n < 0))
        status = rh_fail(error, RH_BAD_CONFIG, "--skip-bad: '%s' is not a number of rows", skip);
    s->spec.skip_bad = (uint64_t)n;
    if (status == RH_OK && size && rh_number_parse(size, strlen(size), &s->spec.contract_size) != 0)
        status = rh_fail(error, RH_BAD_CONFIG, "--contract-size: '%s' is not a number", size);
    if (status == RH_OK)
        status = read_duration(s, INTERVAL, &s->spec.interval, error);
    if (status == RH_OK)
        status = read_duration(s, DELAY, &s->spec.delay, error);
    if (status == RH_OK)
        status = read_duration(s, DISORDER, &s->spec.disorder, error);
    return status == RH_OK ? read_map(s, error) : status;
}

/* ---- what the user sees ---- */

/* What is left of the file takes as long, byte for byte, as what is done. */
static void show_share(double took, int64_t done, int64_t total) {
    char left[RH_DURATION_TEXT];
    if (done <= 0 || total <= 0)
        return;
    const double share = (double)done / (double)total, seconds = took * (1.0 / share - 1.0);
    (void)fprintf(stderr, "  %.0f %% of %.1f MB, %s left", 100.0 * share, (double)total * 1e-6,
                  rh_duration_text((int64_t)(seconds + 0.5) * RH_S, left));
}

static int report(void *user, uint64_t events, int64_t done, int64_t total) {
    session *s = user;
    const double at = rh_stopwatch();
    if (s->globals->progress && at - s->shown >= 0.2) {
        s->shown = at;
        (void)fprintf(stderr, "\r\033[K%s  %.1f M events  %.2f M/s", s->path, (double)events * 1e-6,
                      (double)events * 1e-6 / (at - s->started + 1e-9));
        show_share(at - s->started, done, total);
        (void)fflush(stderr);
    }
    return *s->globals->interrupted != 0;
}

static void clear_progress(const session *s) {
    if (s->globals->progress)
        (void)fputs("\r\033[K", stderr);
}

static void print_json(session *s, const rh_store_imported *got) {
    const rh_source_summary *sum = &got->summary;
    char first[RH_TIME_TEXT], last[RH_TIME_TEXT];
    rh_json_begin(&s->json, NULL, '{');
    rh_json_string(&s->json, "file", s->path);
    rh_json_boolean(&s->json, "imported", !got->known);
    if (!got->known) {
        rh_json_string(&s->json, "sha256", sum->sha256);
        rh_json_number(&s->json, "rows", (double)sum->rows);
        rh_json_number(&s->json, "events", (double)sum->events);
        rh_json_number(&s->json, "rejects", (double)sum->rejects);
        rh_json_number(&s->json, "gaps", (double)sum->gaps);
        rh_json_string(&s->json, "first", sum->rows ? rh_time_text(sum->first, first) : NULL);
        rh_json_string(&s->json, "last", sum->rows ? rh_time_text(sum->last, last) : NULL);
    }
    rh_json_end(&s->json, '}');
}

static void print_row(const session *s, const rh_store_imported *got) {
    const rh_source_summary *sum = &got->summary;
    const char *slash = strrchr(s->path, '/'), *name = slash ? slash + 1 : s->path;
    char first[RH_TIME_TEXT], last[RH_TIME_TEXT];
    if (got->known) {
        (void)printf("%-40s there already, nothing changed\n", name);
        return;
    }
    (void)printf("%-40s %9" PRIu64 " %9" PRIu64 " %6" PRIu64 "  %-20s  %s\n", name, sum->rows,
                 sum->events, sum->gaps, sum->rows ? rh_time_text(sum->first, first) : "-",
                 sum->rows ? rh_time_text(sum->last, last) : "-");
}

static void show(session *s, const rh_store_imported *got, int first) {
    clear_progress(s);
    if (s->globals->json) {
        print_json(s, got);
        return;
    }
    if (first)
        (void)printf("%-40s %9s %9s %6s  %-20s  %s\n", "file", "rows", "events", "gaps", "first",
                     "last");
    print_row(s, got);
    (void)fflush(stdout);
    if (got->summary.rejects)
        rh_warn(s->globals, "%s: %" PRIu64 " bad rows were skipped; see `rehedge export %s reject`",
                s->path, got->summary.rejects, rh_argument(s->arguments, STORE));
    if (*got->summary.note)
        rh_warn(s->globals, "%s: %s", s->path, got->summary.note);
    if (s->globals->verbose && !got->known)
        (void)fprintf(stderr, "%s: %.2f s, of which %.2f s packing and writing, on a thread\n",
                      s->path, got->elapsed_s, got->writing_s);
}

/* ---- importing ---- */

/* A file that is refused doesn't keep the others out; a full disk or an interrupt does. */
static rh_status import_files(session *s) {
    rh_status worst = RH_OK;
    int shown = 0;
    for (size_t i = 1; i < s->arguments->n_operands; i++) {
        rh_error error = {0};
        rh_store_imported got;
        const rh_store_watch watch = {report, s};
        s->path = s->spec.path = s->arguments->operands[i];
        s->started = s->shown = rh_stopwatch();
        rh_status status = rh_store_import(s->writer, &s->spec, &watch, &got, &error);
        if (status == RH_OK) {
            show(s, &got, !shown++);
            continue;
        }
        clear_progress(s);
        (void)rh_report_error(&error);
        worst = worst == RH_OK ? status : worst;
        if (status == RH_FAILED || status == RH_INTERRUPTED)
            return status;
    }
    return worst;
}

static void close_session(session *s) {
    rh_store_writer_close(s->writer);
    for (size_t i = 0; i < s->spec.n_map; i++)
        rh_release(s->columns[i]);
    rh_release(s->columns);
    rh_release((void *)(uintptr_t)s->spec.map);
    rh_json_free(&s->json);
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    session s = {.globals = globals, .arguments = arguments};
    rh_error error = {0};
    rh_status status = read_settings(&s, &error);
    if (status == RH_OK)
        status = rh_store_writer_open(rh_argument(arguments, STORE), &s.writer, &error);
    int code = status == RH_OK ? RH_OK : rh_report_error(&error);
    if (status == RH_OK) {
        rh_json_begin(&s.json, NULL, '[');
        status = import_files(&s);
        rh_json_end(&s.json, ']');
        if (globals->json)
            (void)puts(rh_json_text(&s.json) ? rh_json_text(&s.json) : "");
        code = status == RH_INTERRUPTED ? 128 + *globals->interrupted : (int)status;
    }
    close_session(&s);
    return code;
}

const rh_command rh_command_import = {
    .name = "import",
    .operands = "FORMAT FILE...",
    .summary = "bring vendor files into a market store",
    .example =
        "import csv results/sample/perp.csv results/sample/options.csv --store results/market.db\n"
        "file                                          rows    events   gaps  first                "
        " "
        "last\n"
        "perp.csv                                     60435    120995      0  2024-01-01T00:00:00Z "
        " "
        "2024-02-11T23:59:00Z\n"
        "options.csv                                 409604    819104      0  2024-01-01T00:00:00Z "
        " "
        "2024-02-11T23:45:00Z",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 2,
    .most_operands = SIZE_MAX,
    .polls = 1,
    .run = run,
};
