/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases.h: the configurations of a comparison, one for each lane.
 *
 * They come from one experiment: for each set of its `compare:` list (or the experiment itself, if
 * it has none) every combination of the axes. A parameter that a rule doesn't have but another rule
 * has is dropped, and cases that become equal are merged, so that one axis may serve several rules.
 */
#ifndef RH_STUDY_CASES_H
#define RH_STUDY_CASES_H

#include "experiment/plan.h"
#include "study/axes.h"

typedef struct {
    char *label;
    rh_experiment *experiment;
    rh_plan *plan;
    char *identity;     /* canonical JSON without paths */
    const char **swept; /* values by axis; the axes' own texts */
    size_t tape, book;  /* places of the tape and of the book that it shares */
} rh_case;

typedef struct {
    rh_case *cases;
    size_t n_cases, capacity;
    size_t merged; /* combinations that were equal to an earlier one */
    rh_axes axes;
    rh_catalogue **catalogues; /* one for each tape */
    rh_listing *listing;       /* the instruments that the data name */
    size_t n_tapes, tapes_capacity;
    char **tape_texts, **book_texts; /* what tapes and books are told apart by */
    size_t n_books, books_capacity, tape_texts_capacity;
} rh_cases;

/* `settings` as for run, `axes` as -P gives them. The registry must outlive the cases. */
rh_status rh_cases_read(const char *path, const char *const *settings, size_t n_settings,
                        const char *const *axes, size_t n_axes, const rh_registry *registry,
                        rh_cases *out, rh_error *error);
void rh_cases_free(rh_cases *cases);

#endif
