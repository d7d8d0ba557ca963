/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sqlite.h: SQLite for files that are also part of the loadable extension, where its functions are
 * those of the program that loads it. */
#ifndef RH_FEED_SQLITE_H
#define RH_FEED_SQLITE_H

#ifdef REHEDGE_SQLITE_EXTENSION
#include <sqlite3ext.h>
extern const sqlite3_api_routines *sqlite3_api;
#else
#include <sqlite3.h>
#endif

#endif
