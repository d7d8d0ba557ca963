/* SPDX-License-Identifier: GPL-3.0-or-later */
/* labels.h: places for texts beside points, so that none covers another or a point. */
#ifndef RH_REPORT_LABELS_H
#define RH_REPORT_LABELS_H

#include <stddef.h>

/* All in pixels of the panel, y upwards. */
typedef struct {
    double x, y;          /* the point it belongs to */
    double width, height; /* of its text */
    double left, middle;  /* out: its left end, and the middle of its height */
    int is_placed;        /* out: 0 if there is no room */
    int is_far;           /* out: a line to the point helps the eye */
} rh_label;

typedef struct {
    double x, y;
} rh_spot;

/* Places labels[first] and those after it within width x height, one by one, near their points, off
 * each other, off the labels before `first` (boxes that are there already) and off the spots
 * (points of `radius`). */
void rh_labels_place(rh_label *labels, size_t first, size_t count, const rh_spot *spots,
                     size_t n_spots, double radius, double width, double height);

/* Moves places (any unit) apart until neighbours have `gap` between them, within [low, high] as far
 * as there is room; their order stays. */
void rh_labels_spread(double *places, size_t count, double gap, double low, double high);

#endif
