/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_tables.h: the events of a market store as tables of SQL.
 *
 *   quote       source ts_ns known_ns ts instrument bid bid_size ask ask_size
 *   trade       source ts_ns known_ns ts instrument price size
 *   bar         source ts_ns known_ns ts instrument open high low close volume
 *   mark        source ts_ns known_ns ts instrument mark iv forward index_price
 *   funding     source ts_ns known_ns ts instrument rate interval_s
 *   settlement  source ts_ns known_ns ts instrument price
 *
 * ts_ns is when it happened, known_ns when it was known (nanoseconds since 1970, UTC), ts the first
 * as text, source the source_id. NULL is a value that the row says nothing of, or a quote's side
 * that vanished; the hidden column `present` tells them apart: bit i is set if the row says
 * something of the i-th value. Rows come source after source, each in the order of its file;
 * conditions on source, instrument, ts_ns and known_ns read only the chunks that can have such
 * rows.
 *
 * The tables exist wherever their modules are registered: in the program, and in any SQLite that
 * loads the extension (SELECT load_extension('rehedge_store')). They read the chunks of the main
 * database.
 */
#ifndef RH_FEED_STORE_TABLES_H
#define RH_FEED_STORE_TABLES_H

struct sqlite3;

/* Makes the tables known to a connection. Returns SQLite's code. */
int rh_store_register(struct sqlite3 *db);

/* Their names, in the order of rh_event_kind. */
enum { RH_N_STORE_TABLES = 6 };
extern const char *const rh_store_tables[RH_N_STORE_TABLES];

#endif
