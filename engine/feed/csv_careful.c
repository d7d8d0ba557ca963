/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/csv_careful.h"

#include "base/memory.h"

#include <csv.h>
#include <inttypes.h>
#include <string.h>

enum { GROWTH = 1 << 16 };

/* What a callback found wrong; libcsv cannot be stopped, so it is looked at afterwards. */
typedef enum { FINE, NO_MEMORY, CELL_TOO_LONG, ROW_TOO_LONG, TOO_MANY_CELLS, LONE_CR } trouble;

struct rh_csv_careful {
    const char *path;
    struct csv_parser parser;
    int parser_ready;
    uint64_t line;      /* of the piece */
    uint64_t row_line;  /* where the row began */
    uint64_t cell_line; /* where the unfinished cell began */
    int begun, done;    /* of the row: its first byte, last cell was there */
    trouble trouble;
    size_t count, used; /* cells and bytes of the row so far */
    size_t cells_capacity, text_capacity;
    size_t *starts; /* of the cells in `text`, which may move while the row grows */
    rh_cell *cells;
    char *text;
};

static void *resize_for_libcsv(void *block, size_t size) {
    return rh_resize(block, size, 1);
}

static int room_for_text(rh_csv_careful *r, size_t bytes) {
    if (r->used + bytes <= r->text_capacity)
        return 0;
    size_t wanted =
        r->text_capacity * 2 > r->used + bytes ? r->text_capacity * 2 : r->used + bytes + GROWTH;
    char *text = rh_resize(r->text, wanted, 1);
    if (!text)
        return -1;
    r->text = text;
    r->text_capacity = wanted;
    return 0;
}

static int room_for_cell(rh_csv_careful *r) {
    if (r->count < r->cells_capacity)
        return 0;
    size_t wanted = r->cells_capacity ? r->cells_capacity * 2 : 64;
    size_t *starts = rh_resize(r->starts, wanted, sizeof *starts);
    if (!starts)
        return -1;
    r->starts = starts;
    rh_cell *cells = rh_resize(r->cells, wanted, sizeof *cells);
    if (!cells)
        return -1;
    r->cells = cells;
    r->cells_capacity = wanted;
    return 0;
}

static trouble add_cell(rh_csv_careful *r, const char *text, size_t length) {
    if (r->done)
        return LONE_CR;
    if (length > RH_CELL_MAX)
        return CELL_TOO_LONG;
    if (r->used + length >= RH_ROW_MAX)
        return ROW_TOO_LONG;
    if (r->count == RH_ROW_CELLS)
        return TOO_MANY_CELLS;
    if (room_for_text(r, length + 1) != 0 || room_for_cell(r) != 0)
        return NO_MEMORY;
    if (length > 0)
        memcpy(r->text + r->used, text, length);
    r->text[r->used + length] = '\0';
    r->starts[r->count] = r->used;
    r->cells[r->count++].length = length;
    r->used += length + 1;
    return FINE;
}

static void on_cell(void *text, size_t length, void *user) {
    rh_csv_careful *r = user;
    if (r->trouble == FINE)
        r->trouble = add_cell(r, text, length);
}

static void on_row_end(int terminator, void *user) {
    rh_csv_careful *r = user;
    (void)terminator;
    r->done = 1;
}

static rh_status fail_in_cell(const rh_csv_careful *r, rh_error *error, const char *what) {
    return rh_fail(error, RH_BAD_DATA, "%s:%" PRIu64 ":%zu: %s", r->path, r->cell_line,
                   r->count + 1, what);
}

static rh_status check_trouble(const rh_csv_careful *r, rh_error *error) {
    switch (r->trouble) {
    case FINE: return RH_OK;
    case NO_MEMORY: return rh_fail(error, RH_FAILED, "%s: no memory for a row", r->path);
    case CELL_TOO_LONG:
        return fail_in_cell(r, error,
                            "a cell of more than 1 MiB begins here (a quote that never closes?)");
    case ROW_TOO_LONG: return fail_in_cell(r, error, "a row of more than 4 MiB");
    case TOO_MANY_CELLS: return fail_in_cell(r, error, "a row of more than 4096 cells");
    case LONE_CR:
        return rh_fail(error, RH_BAD_DATA,
                       "%s:%" PRIu64 ": a carriage return inside a line (lines must end in LF or "
                       "CRLF)",
                       r->path, r->line);
    }
    return RH_FAILED;
}

static rh_status check_parser(rh_csv_careful *r, rh_error *error) {
    int code = csv_error(&r->parser);
    if (code == CSV_ENOMEM)
        return rh_fail(error, RH_FAILED, "%s: no memory for a row", r->path);
    return fail_in_cell(r, error, "a quote inside a cell (quote the cell and double the quote)");
}

/* ---- pieces ---- */

/* Up to the end of the line or to a carriage return, or all of it. */
static size_t piece_length(const char *text, size_t length) {
    const char *end = memchr(text, '\n', length);
    if (end)
        length = (size_t)(end - text) + 1;
    end = memchr(text, '\r', length);
    return end ? (size_t)(end - text) + 1 : length;
}

static int is_blank(const char *piece, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!memchr(" \t\r\n", piece[i], 4))
            return 0;
    return 1;
}

/* Gives libcsv a piece without a NUL. */
static rh_status parse_piece(rh_csv_careful *r, const char *piece, size_t length, rh_error *error) {
    const size_t cells_before = r->count;
    if (!r->begun && !is_blank(piece, length)) {
        r->begun = 1;
        r->row_line = r->cell_line = r->line;
    }
    if (r->done && !is_blank(piece, length))
        r->trouble = LONE_CR;
    size_t taken = csv_parse(&r->parser, piece, length, on_cell, on_row_end, r);
    if (r->count > cells_before)
        r->cell_line = r->line;
    if (r->trouble == FINE && csv_get_buffer_size(&r->parser) > RH_CELL_MAX + 2 * GROWTH)
        r->trouble = CELL_TOO_LONG;
    rh_status status = check_trouble(r, error);
    return status == RH_OK && taken != length ? check_parser(r, error) : status;
}

rh_status rh_csv_careful_feed(rh_csv_careful *r, const char *text, uint64_t line, size_t *length,
                              int *line_ends, rh_error *error) {
    *length = piece_length(text, *length);
    *line_ends = text[*length - 1] == '\n';
    const char *nul = memchr(text, '\0', *length);
    r->line = line;
    rh_status status = parse_piece(r, text, nul ? (size_t)(nul - text) : *length, error);
    if (status == RH_OK && nul)
        return rh_fail(error, RH_BAD_DATA,
                       "%s:%" PRIu64 ": a NUL byte: this is no text (or UTF-16; save it as UTF-8)",
                       r->path, r->line);
    r->line += (uint64_t)*line_ends;
    return status;
}

rh_status rh_csv_careful_finish(rh_csv_careful *r, rh_error *error) {
    if (csv_fini(&r->parser, on_cell, on_row_end, r) != 0) {
        if (csv_error(&r->parser) == CSV_ENOMEM)
            return rh_fail(error, RH_FAILED, "%s: no memory for a row", r->path);
        return fail_in_cell(r, error, "a quote that begins here never closes");
    }
    return check_trouble(r, error);
}

/* ---- rows ---- */

void rh_csv_careful_begin(rh_csv_careful *r) {
    r->count = r->used = 0;
    r->begun = r->done = 0;
}

int rh_csv_careful_row(rh_csv_careful *r, rh_row *row) {
    if (!r->done)
        return 0;
    for (size_t i = 0; i < r->count; i++)
        r->cells[i].text = r->text + r->starts[i];
    *row = (rh_row){.line = r->row_line, .count = r->count, .cells = r->cells};
    return 1;
}

/* ---- opening and closing ---- */

rh_status rh_csv_careful_restart(rh_csv_careful *r, rh_error *error) {
    if (r->parser_ready)
        csv_free(&r->parser);
    r->parser_ready = 0;
    if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return rh_fail(error, RH_FAILED, "%s: cannot start libcsv", r->path);
    r->parser_ready = 1;
    csv_set_realloc_func(&r->parser, resize_for_libcsv);
    csv_set_free_func(&r->parser, rh_release);
    csv_set_blk_size(&r->parser, GROWTH);
    r->line = r->row_line = r->cell_line = 1;
    r->trouble = FINE;
    return RH_OK;
}

rh_status rh_csv_careful_open(const char *path, rh_csv_careful **out, rh_error *error) {
    *out = rh_allocate(1, sizeof **out);
    if (!*out)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", path);
    (*out)->path = path;
    return rh_csv_careful_restart(*out, error);
}

void rh_csv_careful_close(rh_csv_careful *r) {
    if (!r)
        return;
    if (r->parser_ready)
        csv_free(&r->parser);
    rh_release(r->starts);
    rh_release(r->cells);
    rh_release(r->text);
    rh_release(r);
}
