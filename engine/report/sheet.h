/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sheet.h: the files that the tear sheet's gnuplot scripts load. */
#ifndef RH_REPORT_SHEET_H
#define RH_REPORT_SHEET_H

#include "base/status.h"
#include "report/run.h"

#include <stdio.h>

/* Writes one whole file `directory/name`; nothing is there if writing fails. */
typedef rh_status rh_report_writer(FILE *out, const void *subject, rh_error *error);
rh_status rh_report_write_file(const char *directory, const char *name, rh_report_writer *write,
                               const void *subject, rh_error *error);

/* Writes data/run.gp and data/<panel>.tsv into `directory`, where `data` exists. The series must
 * have been read.
 *
 *   price.tsv       t, price                    USD; t in seconds since 1970
 *   trades.tsv      t, price, share, side       share of the largest trade; side 1 buys, -1 sells
 *   hedge.tsv       t, wanted, held             units of the underlying
 *   pnl.tsv         t, hedged, unhedged         numeraire, cumulative
 *   error.tsv       t, error, counted           numeraire, per step
 *   attribution.tsv row, from, to, kind, name, text   kind 0 a term, 1 the residual, 2 the net
 *   histogram.tsv   middle, count
 */
rh_status rh_sheet_write(const char *directory, const rh_report_run *run, rh_error *error);

#endif
