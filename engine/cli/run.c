/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: replay one experiment, print the summary, write the results file and the charts. */
#include "base/digest.h"
#include "base/memory.h"
#include "cli/command.h"
#include "experiment/plan.h"
#include "report/report.h"
#include "results/results.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <string.h>

enum { SET, OUTPUT, REPORT, NO_REPORT };
static const rh_option options[] = {
    [SET] = {"set", 's', "KEY=VALUE", "override a key of the experiment (may be repeated)"},
    [OUTPUT] = {"output", 'o', "FILE.db",
                "results file; the experiment's name with .db if not given"},
    [REPORT] = {"report", 'r', "DIR", "folder of the charts; beside the results if not given"},
    [NO_REPORT] = {"no-report", 0, NULL, "draw no charts"},
};

/* Everything one run works with, released together. */
typedef struct {
    const rh_globals *globals;
    rh_experiment *experiment;
    rh_plan *plan;
    rh_stage stage;
    rh_results *results;
    rh_recorder *recorder;
    char *output, *report;
    double started;
    rh_time started_at;
} session;

/* ---- names ---- */

static rh_status name_outputs(session *s, const rh_arguments *arguments, rh_error *error) {
    const char *output = rh_argument(arguments, OUTPUT), *report = rh_argument(arguments, REPORT);
    s->output = output ? rh_copy_text(output) : rh_output_name(arguments->operands[0], ".db");
    if (s->output)
        s->report = report ? rh_copy_text(report) : rh_report_folder(s->output);
    return s->report ? RH_OK : rh_no_memory(error);
}

/* ---- notes ---- */

typedef struct {
    char text[4096];
    size_t length;
} notes;

static void note(notes *n, const char *format, ...) RH_PRINTF(2, 3);
static void note(notes *n, const char *format, ...) {
    va_list arguments;
    if (n->length + 1 >= sizeof n->text)
        return;
    va_start(arguments, format);
    int written = vsnprintf(n->text + n->length, sizeof n->text - n->length, format, arguments);
    va_end(arguments);
    if (written < 0)
        return;
    n->length += (size_t)written;
    if (n->length >= sizeof n->text)
        n->length = sizeof n->text - 1;
}

static void note_conversions(notes *n, const rh_book *book) {
    static const char *const from[] = {"the index", "spot", "the hedge's own price"};
    static const char *const forwards[] = {"the expiry's own", "its dated future",
                                           "spot carried at the rate", "the index",
                                           "the hedge's price"};
    for (int i = 0; i < 3; i++)
        if (rh_book_conversions(book) >> i & 1)
            note(n, "Totals convert between USD and coin at %s.\n", from[i]);
    for (int i = 0; i < 5; i++)
        if (rh_book_forwards(book) >> i & 1)
            note(n, "Forwards: %s.\n", forwards[i]);
}

/* A bid or an ask that nobody meant to trade at can be most of a result. */
static void note_far_trades(notes *n, const rh_lane_counts *counts, const rh_catalogue *catalogue) {
    if (counts->far_trades)
        note(n,
             "Options of the book that traded more than %g %% of the underlying away from their "
             "mark: %" PRIu64 "; the worst, %s, by %.3g %%.\n",
             100.0 * RH_FAR_TRADE, counts->far_trades,
             rh_catalogue_get(catalogue, counts->farthest_of)->name, 100.0 * counts->farthest);
}

static void note_counts(notes *n, const rh_lane *lane, const rh_catalogue *catalogue) {
    rh_lane_counts counts;
    char age[RH_DURATION_TEXT];
    rh_lane_count(lane, &counts);
    note_far_trades(n, &counts, catalogue);
    if (counts.blind)
        note(n, "Instants at which the rule was due but the exposure unknown: %" PRIu64 ".\n",
             counts.blind);
    if (counts.waited)
        note(n, "Hedge orders that had to wait for a fresh price: %" PRIu64 ".\n", counts.waited);
    if (counts.without_quote)
        note(n,
             "Hedge fills for which the data have no two-sided quote: %" PRIu64
             "; their spread is unknown.\n",
             counts.without_quote);
    if (counts.oldest_fill >= RH_MIN)
        note(n, "The oldest price that filled a hedge order was %s old.\n",
             rh_duration_text(counts.oldest_fill / RH_S * RH_S, age));
    if (counts.still_open)
        note(n, "Positions alive at the end, marked and not closed: %d.\n", counts.still_open);
}

/* Continuous funding with no rate to accrue at. */
static void note_funding_gap(notes *n, const session *s) {
    const int64_t gap =
        rh_market_state(s->stage.market, s->plan->lane.hedge)->funding_gap / RH_MIN * RH_MIN;
    char length[RH_DURATION_TEXT];
    if (gap > 0)
        note(n, "No funding rate of %s was known for %s in all; none accrued then.\n",
             s->experiment->hedge.instrument, rh_duration_text(gap, length));
}

/* A latency below the data's own step is no latency at all. */
static void note_coarse_data(notes *n, const session *s) {
    const int64_t latency = s->plan->lane.execution.latency;
    const rh_state *hedge = rh_market_state(s->stage.market, s->plan->lane.hedge);
    char step[RH_DURATION_TEXT], delay[RH_DURATION_TEXT];
    if (latency == 0 || hedge->observations < 2)
        return;
    const int64_t mean = (hedge->observed - hedge->first) / (int64_t)(hedge->observations - 1);
    if (mean > latency)
        note(n,
             "Prices of %s come every %s on average, coarser than the latency of %s: fills use "
             "the last one before the order arrives.\n",
             s->experiment->hedge.instrument, rh_duration_text(mean / RH_S * RH_S, step),
             rh_duration_text(latency, delay));
}

static void note_sources(notes *n, const session *s) {
    for (size_t i = 0; i < rh_replay_n_sources(s->stage.replay); i++) {
        rh_source_summary summary;
        rh_replay_summarise(s->stage.replay, i, &summary);
        const rh_data_entry *entry = &s->plan->entries[i];
        const char *slash = strrchr(entry->path, '/'), *name = slash ? slash + 1 : entry->path;
        if (*summary.note)
            note(n, "%s: %s.\n", name, summary.note);
        if (summary.gaps)
            note(n, "%s: %" PRIu64 " steps of its grid are missing.\n", name, summary.gaps);
        if (entry->proxy)
            note(n, "%s: funding of another contract stands in for %s.\n", name,
                 entry->instrument ? entry->instrument : "it");
    }
}

/* ---- running ---- */

static void show_progress(void *self, rh_time now, uint64_t events) {
    const session *s = self;
    char when[RH_TIME_TEXT];
    static double last;
    const double at = rh_stopwatch();
    if (!s->globals->progress || at - last < 0.2)
        return;
    last = at;
    (void)fprintf(stderr, "\r%s  %.1f M events  %.2f M/s\033[K", rh_time_text(now, when),
                  (double)events * 1e-6, (double)events * 1e-6 / (at - s->started + 1e-9));
}

static rh_status begin(session *s, rh_error *error) {
    rh_json config = {0}, identity = {0};
    char label[256];
    (void)rh_rule_label(s->plan->rule, label, sizeof label);
    rh_plan_json(s->plan, 1, &config);
    rh_plan_json(s->plan, 0, &identity);
    rh_status status =
        rh_json_text(&config) && rh_json_text(&identity) ? RH_OK : rh_no_memory(error);
    if (status == RH_OK)
        status = rh_results_create(s->output, s->plan->catalogue, &s->results, error);
    const rh_results_run run = {
        .label = label,
        .title = s->experiment->title,
        .config = rh_json_text(&config),
        .identity = rh_json_text(&identity),
        .numeraire = s->plan->lane.numeraire == RH_NUMERAIRE_USD ? "usd" : "coin",
        .underlying = s->plan->underlying,
        .grid = s->experiment->record.every,
    };
    if (status == RH_OK)
        status = rh_results_begin(s->results, &run, &s->recorder, error);
    rh_json_free(&config);
    rh_json_free(&identity);
    return status;
}

static rh_status never_opened(const session *s, const rh_leg *leg, rh_error *error) {
    const char *name = leg->instrument->name, *hedge = s->experiment->hedge.instrument;
    const char *price = leg->terms.open_price == RH_AT_BID   ? "bid"
                        : leg->terms.open_price == RH_AT_ASK ? "ask"
                        : leg->terms.open_price == RH_AT_MID ? "two-sided quote"
                                                             : "mark";
    if (rh_market_state(s->stage.market, s->plan->lane.hedge)->observations == 0)
        return rh_fail(error, RH_BAD_DATA, "%s never opened: the data have nothing of the hedge %s",
                       name, hedge);
    return rh_fail(error, RH_BAD_DATA,
                   "%s never opened: from its `open` on the data show no %s of it together with "
                   "%sa price of %s; see `rehedge check`",
                   name, price,
                   leg->instrument->kind == RH_OPTION ? "an implied volatility and " : "", hedge);
}

/* Legs that never found a price are an error that names them. */
static rh_status check_opened(const session *s, rh_error *error) {
    for (size_t i = 0; i < rh_book_n_legs(s->stage.book); i++) {
        const rh_leg *leg = rh_book_leg(s->stage.book, i);
        if (leg->opened == RH_DAWN && !leg->rolled)
            return never_opened(s, leg, error);
    }
    for (size_t i = 0; i < s->plan->n_rolls; i++)
        if (rh_book_rolls(s->stage.book, i) == 0)
            return rh_fail(error, RH_BAD_DATA,
                           "the book's roll never opened: the data never show contracts that it "
                           "could take together with their prices and a price of %s; see "
                           "`rehedge check`",
                           s->experiment->hedge.instrument);
    return RH_OK;
}

/* A rule that waits for observations which never come would quietly do nothing. */
static rh_status check_leaf_watched(const session *s, const rh_rule *leaf, rh_error *error) {
    for (size_t i = 0; i < leaf->values.count; i++) {
        const rh_param *param = &leaf->strategy->params[i];
        const char *name = leaf->values.values[i].text;
        if (param->type != RH_PARAM_TEXT || !leaf->values.values[i].given)
            continue;
        const uint32_t id = rh_catalogue_find(s->plan->catalogue, name, strlen(name));
        if (id != RH_NO_INSTRUMENT && rh_market_state(s->stage.market, id)->observations == 0)
            return rh_fail(error, RH_BAD_DATA,
                           "strategy.%s: the data show nothing of %s while there are positions",
                           param->name, name);
    }
    return RH_OK;
}

static rh_status check_watched(const session *s, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < s->plan->rule->n_leaves && status == RH_OK; i++)
        status = check_leaf_watched(s, rh_rule_leaf(s->plan->rule, i), error);
    return status;
}

static rh_status finish(session *s, rh_error *error) {
    double metrics[RH_N_METRICS];
    char digest[RH_DIGEST_TEXT];
    notes n = {0};
    rh_status status = rh_lane_metrics(s->stage.lane, metrics, error);
    if (status == RH_OK)
        status = rh_replay_drain(s->stage.replay, error);
    if (status != RH_OK)
        return status;
    note_conversions(&n, s->stage.book);
    note_counts(&n, s->stage.lane, s->plan->catalogue);
    note_funding_gap(&n, s);
    note_coarse_data(&n, s);
    note_sources(&n, s);
    rh_replay_digest(s->stage.replay, digest);
    const rh_results_end end = {.status = "ok",
                                .data_sha256 = digest,
                                .notes = n.text,
                                .events = rh_replay_events(s->stage.replay),
                                .elapsed_s = rh_stopwatch() - s->started,
                                .started = s->started_at,
                                .metrics = metrics};
    status = rh_results_finish(s->results, s->recorder, &end, error);
    if (status != RH_OK)
        return status;
    rh_results *results = s->results;
    s->results = NULL;
    return rh_results_commit(results, error);
}

static rh_status replay(session *s, rh_error *error) {
    rh_status lane_status = RH_OK;
    rh_error lane_error = {0};
    rh_run_outcome outcome = {.status = &lane_status, .errors = &lane_error};
    const size_t book_of_lane = 0;
    const rh_stream stream = rh_replay_stream(s->stage.replay);
    const rh_run_terms terms = {
        .stream = &stream,
        .market = s->stage.market,
        .books = &s->stage.book,
        .n_books = 1,
        .lanes = &s->stage.lane,
        .book_of_lane = &book_of_lane,
        .n_lanes = 1,
        .from = s->experiment->from == RH_NEVER ? RH_DAWN : s->experiment->from,
        .to = s->experiment->to,
        .interrupted = s->globals->interrupted,
        .progress = show_progress,
        .self = s,
    };
    rh_status status = rh_run(&terms, &outcome, error);
    if (s->globals->progress)
        (void)fputs("\r\033[K", stderr);
    if (status == RH_OK && lane_status != RH_OK)
        status = rh_fail(error, lane_status, "%s", lane_error.text);
    if (status == RH_OK)
        status = check_opened(s, error);
    return status == RH_OK ? check_watched(s, error) : status;
}

static rh_status run_session(session *s, rh_error *error) {
    rh_status status = begin(s, error);
    if (status == RH_OK)
        status = rh_plan_open(s->plan, s->recorder, &s->stage, error);
    if (status == RH_OK)
        status = replay(s, error);
    return status == RH_OK ? finish(s, error) : status;
}

/* ---- showing ---- */

static rh_status show(const session *s, rh_error *error) {
    sqlite3 *db = NULL;
    if (s->globals->json)
        return rh_results_export(s->output, "metric", RH_EXPORT_JSON, stdout, error);
    rh_status status = rh_results_open(s->output, &db, error);
    if (status == RH_OK)
        status = rh_report_summary(db, 0, stdout, 80, s->globals->colour, error);
    (void)sqlite3_close(db);
    return status;
}

static rh_status draw(const session *s, const rh_arguments *arguments, rh_error *error) {
    if (arguments->count[NO_REPORT])
        return RH_OK;
    const unsigned formats = RH_REPORT_PNG | RH_REPORT_SVG | RH_REPORT_HTML | RH_REPORT_TXT;
    (void)fflush(stdout); /* the summary before the names of the files */
    rh_status status = rh_report_draw(s->output, 0, s->report, formats, NULL, error);
    if (status != RH_PARTIAL) {
        if (status == RH_OK && !s->globals->quiet)
            (void)fprintf(stderr,
                          "results  %s\ncharts   %s/tearsheet.png\npage     %s/report.html\n",
                          s->output, s->report, s->report);
        return status;
    }
    rh_warn(s->globals, "%s", error->text);
    return RH_OK;
}

static void close_session(session *s) {
    rh_stage_close(&s->stage);
    rh_results_abandon(s->results);
    rh_plan_free(s->plan);
    rh_experiment_free(s->experiment);
    rh_release(s->output);
    rh_release(s->report);
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    session s = {.globals = globals, .started = rh_stopwatch(), .started_at = rh_time_now()};
    rh_status status = rh_experiment_read(arguments->operands[0], arguments->given[SET],
                                          arguments->count[SET], &s.experiment, &error);
    if (status == RH_OK)
        status = rh_plan_new(s.experiment, globals->registry, &s.plan, &error);
    if (status == RH_OK && s.plan->n_paths > 1)
        status = rh_experiment_fail(s.experiment, "paths", &error,
                                    "run replays one path; take `rehedge compare`, or one of the "
                                    "paths with `--set paths=1 --set first_path=N`");
    if (status == RH_OK)
        status = name_outputs(&s, arguments, &error);
    if (status == RH_OK)
        status = run_session(&s, &error);
    if (status == RH_OK)
        status = show(&s, &error);
    if (status == RH_OK)
        status = draw(&s, arguments, &error);
    int code = status == RH_OK ? RH_OK : rh_report_error(&error);
    if (status == RH_INTERRUPTED)
        code = 128 + atomic_load(globals->interrupted);
    close_session(&s);
    return code;
}

const rh_command rh_command_run = {
    .name = "run",
    .operands = "EXPERIMENT",
    .summary = "replay one configuration; print the summary, write the results and the charts",
    .example = "run data/demo.yaml -o results/demo.db\n"
               "Short 10 BTC straddle 26 Jan 2024, hedged with the perpetual (SYNTHETIC DATA)\n"
               "2 Jan 2024 – 26 Jan 2024 08:00 UTC · steps of 1h · numeraire USD\n"
               "book    −10 × BTC-26JAN24-42000-C, −10 × BTC-26JAN24-42000-P\n"
               "hedge   BTC-PERPETUAL, ratio black\n"
               "rule    interval every=1h, costs maker 0 bp, taker 5 bp\n"
               "\n"
               "PnL                       USD              BTC\n"
               "  hedged              −856.04         −0.02180\n"
               "  unhedged          20,289.39          0.51658",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 1,
    .most_operands = 1,
    .polls = 1,
    .run = run,
};
