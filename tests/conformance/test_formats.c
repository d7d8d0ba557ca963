/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every vendor format goes through the same treatment: a small file in the vendor's layout gives
 * known events; with the columns in another order, a column more, CRLF, no last newline, a
 * byte-order mark, compressed, or without its header, it gives the same ones; with a column
 * renamed, a row cut, a clock that jumps or a cell of nonsense it is refused with the place, or
 * read as nonsense-free numbers; and no bytes at all bring it down.
 *
 * To cover a new format: add a case to format_cases.h, with the events written down by hand. */
#include "../unit/test_feed_support.h"
#include "format_cases.h"

#include "base/number.h"
#include "feed/format.h"

#include <float.h>

enum { MOST_CELLS = 40, MOST_LINES = 12, TEXT = 1 << 14 };

/* ---- events as text ---- */

static const struct {
    const char *kind;
    const char *values[5];
} kinds[] = {[RH_EVENT_QUOTE] = {"quote", {"bid", "bid_size", "ask", "ask_size"}},
             [RH_EVENT_TRADE] = {"trade", {"price", "size"}},
             [RH_EVENT_BAR] = {"bar", {"open", "high", "low", "close", "volume"}},
             [RH_EVENT_MARK] = {"mark", {"mark", "iv", "forward", "index"}},
             [RH_EVENT_FUNDING] = {"funding", {"rate", "interval", "paid"}},
             [RH_EVENT_SETTLEMENT] = {"settlement", {"delivery"}}};

/* Adds a line to what `out`, of `TEXT` bytes, holds; an end that doesn't fit is cut. */
static void put_event(char *out, const rh_event *event, const char *name) {
    char known[RH_TIME_TEXT], happened[RH_TIME_TEXT];
    FILE *line = fmemopen(out + strlen(out), TEXT - strlen(out), "w");
    assert_non_null(line);
    (void)fputs(rh_time_text(event->known, known), line);
    if (event->happened != event->known)
        (void)fprintf(line, " (%s)", rh_time_text(event->happened, happened));
    (void)fprintf(line, " %s %s", name, kinds[event->kind].kind);
    for (int i = 0; i < 5; i++)
        if (rh_event_has(event, i))
            (void)fprintf(line, " %s=%.12g", kinds[event->kind].values[i], event->value[i]);
    (void)fputc('\n', line);
    (void)fclose(line);
}

/* ---- reading ---- */

/* The terms that a name gives, so that strikes and expiries are checked. */
static rh_catalogue *terms_of(const char *const *names) {
    rh_catalogue *catalogue = rh_catalogue_new();
    for (; *names; names++) {
        rh_instrument instrument;
        if (rh_instrument_from_name(*names, &instrument) != 0) {
            instrument = (rh_instrument){.multiplier = 1.0};
            (void)snprintf(instrument.name, sizeof instrument.name, "%s", *names);
        }
        assert_int_not_equal(rh_catalogue_add(catalogue, &instrument), RH_NO_INSTRUMENT);
    }
    return catalogue;
}

typedef struct {
    rh_status status;
    rh_error error;
    rh_source_summary summary;
    char events[TEXT];
} outcome;

static void assert_sane(const rh_event *event, rh_time before) {
    assert_true(event->known >= before && event->happened <= event->known);
    for (int i = 0; i < 5; i++)
        if (rh_event_has(event, i))
            assert_true(isnan(event->value[i]) || fabs(event->value[i]) <= DBL_MAX);
}

/* Reads what file_path holds. */
static const outcome *read_case(const format_case *c) {
    static outcome result;
    rh_catalogue *catalogue = terms_of(c->names);
    rh_source *source = NULL;
    rh_event event;
    rh_time before = RH_DAWN;
    int got = -1;
    const rh_source_spec spec = {.format = c->format,
                                 .path = file_path,
                                 .instrument = c->instrument,
                                 .iv_unit = c->iv_unit,
                                 .stamp = c->stamp,
                                 .timezone = c->timezone,
                                 .interval = c->interval,
                                 .contract_size = c->contract_size};
    memset(&result, 0, sizeof result);
    result.status = rh_source_open(&spec, 1, catalogue, &source, &result.error);
    while (source && (got = rh_source_next(source, &event, &result.error)) > 0) {
        assert_sane(&event, before);
        before = event.known;
        if (strlen(result.events) < TEXT - 512)
            put_event(result.events, &event, rh_catalogue_get(catalogue, event.instrument)->name);
    }
    if (source && got < 0)
        result.status = result.error.code;
    if (source)
        rh_source_summarise(source, &result.summary);
    rh_source_close(source);
    rh_catalogue_free(catalogue);
    if (result.status != RH_OK) {
        assert_true(*result.error.text);
        assert_null(strchr(result.error.text, '\n'));
    }
    return &result;
}

static void expect_events(const format_case *c, const char *what) {
    const outcome *r = read_case(c);
    if (r->status != RH_OK)
        fail_msg("%s, %s: %s", c->format, what, r->error.text);
    if (strcmp(r->events, c->events) != 0)
        fail_msg("%s, %s: gave\n%swhere\n%swas expected", c->format, what, r->events, c->events);
}

static void expect_refusal(const format_case *c, const char *what, const char *part) {
    const outcome *r = read_case(c);
    if (r->status == RH_OK)
        fail_msg("%s, %s: read without an error", c->format, what);
    if (!strstr(r->error.text, part))
        fail_msg("%s, %s: '%s' is not in: %s", c->format, what, part, r->error.text);
    assert_int_equal(r->status, RH_BAD_DATA);
}

/* ---- files as tables of cells ---- */

typedef struct {
    int rows, columns; /* row 0 is the header */
    char text[MOST_LINES][TEXT / 8];
    const char *cell[MOST_LINES][MOST_CELLS];
} sheet;

/* The samples have no quotes but around what the sheet may keep whole. */
static const sheet *take_apart(const format_case *c) {
    static sheet s;
    const char *line = c->file;
    memset(&s, 0, sizeof s);
    for (; *line; s.rows++) {
        const size_t length = strcspn(line, "\n");
        assert_true(s.rows < MOST_LINES && length < sizeof s.text[0]);
        memcpy(s.text[s.rows], line, length);
        line += length + (line[length] == '\n');
        int column = 0;
        char *at = s.text[s.rows];
        for (char *comma; (comma = strchr(at, ',')); at = comma + 1) {
            *comma = '\0';
            s.cell[s.rows][column++] = at;
        }
        s.cell[s.rows][column++] = at;
        assert_true(column <= MOST_CELLS && (s.rows == 0 || column == s.columns));
        s.columns = column;
    }
    return &s;
}

/* One cell may be another one: row -1 for none. */
static void write_sheet(const sheet *s, int first_row, int row, int column, const char *instead) {
    static char text[TEXT];
    size_t used = 0;
    for (int i = first_row; i < s->rows; i++)
        for (int j = 0; j < s->columns; j++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                                     i == row && j == column ? instead : s->cell[i][j],
                                     j + 1 < s->columns ? "," : "\n");
    assert_true(used < sizeof text);
    (void)write_text(text);
}

static const rh_format *format_of(const format_case *c) {
    rh_error error;
    const rh_format *format = rh_format_find(c->format, &error);
    assert_non_null(format);
    return format;
}

static int field_of(const rh_format *format, const char *column) {
    for (int i = 0; i < format->n_fields; i++)
        if (strcmp(format->fields[i].name, column) == 0)
            return i;
    return RH_NO_FIELD;
}

/* ---- the treatment ---- */

static void check_layouts(const format_case *c) {
    static char text[TEXT];
    static unsigned char packed[TEXT];
    size_t used = 0;
    (void)write_text(c->file);
    expect_events(c, "as it is");
    (void)write_bytes(c->file, strlen(c->file) - 1);
    expect_events(c, "without the last newline");
    for (const char *at = c->file; *at; at++) {
        if (*at == '\n')
            text[used++] = '\r';
        text[used++] = *at;
    }
    (void)write_bytes(text, used);
    expect_events(c, "with CRLF");
    (void)snprintf(text, sizeof text, "\xef\xbb\xbf%s", c->file);
    (void)write_text(text);
    expect_events(c, "with a byte-order mark");
    used = gzip_into(c->file, packed, sizeof packed);
    (void)write_bytes(packed, used);
    expect_events(c, "gzip");
    (void)write_bytes(packed, used - 9);
    expect_refusal(c, "gzip cut off", "truncated");
}

static void check_columns(const format_case *c, const sheet *s) {
    static sheet other;
    other = *s;
    for (int i = 0; i < s->rows; i++) {
        for (int j = 0; j < s->columns; j++)
            other.cell[i][j + 1] = s->cell[i][s->columns - 1 - j];
        other.cell[i][0] = i == 0 ? "unheard_of" : "7";
    }
    other.columns++;
    write_sheet(&other, 0, -1, 0, NULL);
    expect_events(c, "columns turned round and one more");
    for (int j = 0; j < s->columns; j++) {
        char name[100], part[200];
        const rh_format *format = format_of(c);
        const int field = field_of(format, s->cell[0][j]);
        if (field == RH_NO_FIELD || !format->fields[field].needed)
            continue;
        (void)snprintf(name, sizeof name, "%sx", s->cell[0][j]);
        (void)snprintf(part, sizeof part, ":1: no column '%s' (did you mean '%s'?)", s->cell[0][j],
                       name);
        write_sheet(s, 0, 0, j, name);
        expect_refusal(c, "a column renamed", part);
    }
}

static void check_headless(const format_case *c, const sheet *s) {
    if (!format_of(c)->columns)
        return;
    write_sheet(s, 1, -1, 0, NULL);
    expect_events(c, "without its header");
}

/* ---- the same as JSON ---- */

static int column_of(const sheet *s, const char *name) {
    for (int j = 0; j < s->columns; j++)
        if (strcmp(s->cell[0][j], name) == 0)
            return j;
    return -1;
}

static void put_value(FILE *out, const char *cell) {
    char *end;
    (void)strtod(cell, &end);
    if (!*cell)
        (void)fputs("null", out);
    else
        (void)fprintf(out, *end ? "\"%s\"" : "%s", cell);
}

/* A row as an object with all columns, or as a list in the order of the fields. */
static void put_row(FILE *out, const format_case *c, const sheet *s, int row) {
    const rh_format *format = format_of(c);
    const int lists = format->json->lists, n = lists ? format->n_fields : s->columns;
    (void)fputc(lists ? '[' : '{', out);
    for (int i = 0; i < n; i++) {
        const int j = lists ? column_of(s, format->fields[i].name) : i;
        (void)fputs(i > 0 ? ", " : "", out);
        if (!lists)
            (void)fprintf(out, "\"%s\": ", s->cell[0][j]);
        put_value(out, s->cell[row][j]);
    }
    (void)fputc(lists ? ']' : '}', out);
}

/* The rows from..to in a list at the format's path number `path`, "$.result.trades" say. */
static void put_document(FILE *out, const format_case *c, const sheet *s, int path, int from,
                         int to) {
    const char *at = format_of(c)->json->paths[path];
    int depth = 0;
    for (const char *dot = strchr(at, '.'); dot; dot = strchr(dot + 1, '.'), depth++)
        (void)fprintf(out, "{\"x\": 1, \"%.*s\": ", (int)strcspn(dot + 1, "."), dot + 1);
    (void)fputc('[', out);
    for (int i = from; i < to; i++) {
        (void)fputs(i > from ? ", " : "", out);
        put_row(out, c, s, i);
    }
    (void)fputc(']', out);
    while (depth-- > 0)
        (void)fputc('}', out);
    (void)fputc('\n', out);
}

static void check_json(const format_case *c, const sheet *s) {
    static char text[TEXT];
    if (!format_of(c)->json)
        return;
    for (int path = 0; format_of(c)->json->paths[path]; path++)
        for (int documents = 1; documents <= 2; documents++) {
            FILE *out = fmemopen(text, sizeof text, "w");
            const int middle = documents == 1 ? s->rows : s->rows / 2;
            (void)fputs("  \n", out);
            put_document(out, c, s, path, 1, middle);
            if (documents == 2)
                put_document(out, c, s, path, middle, s->rows);
            (void)fclose(out);
            (void)write_text(text);
            expect_events(c, documents == 1 ? "as JSON" : "as two lines of JSON");
        }
    (void)write_bytes(text, strlen(text) / 2);
    expect_refusal(c, "JSON cut off", "is not JSON");
    (void)write_text("{\"error\": {\"message\": \"Invalid params\", \"code\": -32602}}");
    expect_refusal(c, "an error of the API", "no list of rows at $.result");
}

static void check_cut_row(const format_case *c) {
    const char *last = strrchr(c->file, ',');
    (void)write_bytes(c->file, (size_t)(last - c->file));
    expect_refusal(c, "a row cut off", "is the file cut off?");
}

static void check_times(const format_case *c, const sheet *s) {
    static const char *const bad[] = {"",      "abc",        "-1000",      "9223372036854775807",
                                      "1e400", "1969-12-31", "2262-04-12", "99999999999999999999"};
    const rh_format *format = format_of(c);
    for (int j = 0; j < s->columns; j++) {
        if (strcmp(s->cell[0][j], format->fields[format->time_field].name) != 0)
            continue;
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            char place[40];
            (void)snprintf(place, sizeof place, ":%d:%d: ", s->rows, j + 1);
            write_sheet(s, 0, s->rows - 1, j, bad[k]);
            expect_refusal(c, bad[k], place);
        }
    }
}

/* Where a number stood that the format reads, only a number may stand. */
static int wants_number(const format_case *c, const sheet *s, int column) {
    const rh_format *format = format_of(c);
    const char *cell = s->cell[s->rows - 1][column];
    double number;
    const int field = field_of(format, s->cell[0][column]);
    return field != RH_NO_FIELD && field != format->name_field &&
           (field != format->key_field || field == 0) &&
           rh_number_parse(cell, strlen(cell), &number) == 0;
}

/* An event is either right or not there: read_case looks at every number of it. */
static void check_nonsense(const format_case *c, const sheet *s) {
    static const char *const none[] = {"abc",  "1e400", "-1e400", "nan",     "inf",
                                       "0x10", "1_000", "\"7",    "\xff\xfe"};
    static const char *const some[] = {"",    "-0",     "-1",  "0",    "\"\"",
                                       "1,5", "1e-400", " 7 ", "1e300"};
    for (int j = 0; j < s->columns; j++) {
        for (size_t k = 0; k < sizeof some / sizeof *some; k++) {
            write_sheet(s, 0, s->rows - 1, j, some[k]);
            (void)read_case(c);
        }
        for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
            char place[40];
            (void)snprintf(place, sizeof place, ":%d:%d: ", s->rows, j + 1);
            write_sheet(s, 0, s->rows - 1, j, none[k]);
            if (wants_number(c, s, j))
                expect_refusal(c, s->cell[0][j], place);
            else
                (void)read_case(c);
        }
    }
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes */
    return *state >> 8;
}

static void check_garbage(const format_case *c) {
    static unsigned char bytes[TEXT];
    uint32_t state = 1;
    const size_t length = strlen(c->file);
    for (int round = 0; round < 60; round++) {
        size_t size = length;
        memcpy(bytes, c->file, length);
        for (int i = 0; i < 3 && round < 40; i++)
            bytes[next_random(&state) % size] = (unsigned char)next_random(&state);
        for (size_t i = 0; i < size && round >= 40; i++)
            bytes[i] = (unsigned char)next_random(&state);
        if (round % 4 == 0)
            size = next_random(&state) % length;
        (void)write_bytes(bytes, size);
        (void)read_case(c);
    }
}

static void check_duplicates(const format_case *c, const sheet *s) {
    static sheet other;
    const rh_format *format = format_of(c);
    if (!format->unique)
        return;
    other = *s;
    for (int j = 0; j < s->columns; j++)
        other.cell[other.rows][j] = s->cell[s->rows - 1][j];
    other.rows++;
    write_sheet(&other, 0, -1, 0, NULL);
    expect_events(c, "the last row twice");
    assert_int_equal(read_case(c)->summary.duplicates, 1);
}

static void note_name(void *user, const char *name) {
    strcat(strcat(user, name), " ");
}

static void check_names(const format_case *c) {
    char names[400] = "", wanted[400] = "";
    rh_error error;
    const rh_source_spec spec = {
        .format = c->format, .path = file_path, .instrument = c->instrument};
    (void)write_text(c->file);
    assert_int_equal(rh_source_names(&spec, note_name, names, &error), RH_OK);
    for (const char *const *name = c->names; *name; name++)
        note_name(wanted, *name);
    assert_string_equal(names, wanted);
}

static void every_case(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof format_cases / sizeof *format_cases; i++) {
        const format_case *c = &format_cases[i];
        const sheet *s = take_apart(c);
        check_layouts(c);
        check_columns(c, s);
        check_headless(c, s);
        check_json(c, s);
        check_cut_row(c);
        check_times(c, s);
        check_nonsense(c, s);
        check_garbage(c);
        check_duplicates(c, s);
        check_names(c);
    }
}

static void no_format_is_left_out(void **state) {
    size_t n;
    const rh_format_entry *entries = rh_formats(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0, cases = sizeof format_cases / sizeof *format_cases;
        while (k < cases && strcmp(format_cases[k].format, entries[i].name) != 0)
            k++;
        if (k == cases && !strstr(tested_elsewhere, entries[i].name))
            fail_msg("format %s has no case in format_cases.h", entries[i].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case),
                                       cmocka_unit_test(no_format_is_left_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
