/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/labels.h"

#include <math.h>

typedef struct {
    double left, right, bottom, top;
} box;

static int overlap(const box *a, const box *b) {
    return a->left < b->right && b->left < a->right && a->bottom < b->top && b->bottom < a->top;
}

static box box_of(const rh_label *label) {
    return (box){label->left, label->left + label->width, label->middle - label->height / 2,
                 label->middle + label->height / 2};
}

/* How many spots a box covers; a place that covers a label or leaves the panel counts as most. */
static size_t count_covered(const rh_label *labels, size_t index, const rh_spot *spots,
                            size_t n_spots, double radius, double width, double height) {
    const box mine = box_of(&labels[index]);
    size_t covered = 0;
    if (mine.left < 0 || mine.right > width || mine.bottom < 0 || mine.top > height)
        return n_spots + 1;
    for (size_t i = 0; i < index; i++) {
        const box other = box_of(&labels[i]);
        if (labels[i].is_placed && overlap(&mine, &other))
            return n_spots + 1;
    }
    for (size_t i = 0; i < n_spots; i++) {
        const box spot = {spots[i].x - radius, spots[i].x + radius, spots[i].y - radius,
                          spots[i].y + radius};
        covered += (size_t)overlap(&mine, &spot);
    }
    return covered;
}

/* Right, left, above, below, then the corners, each further away. */
static void move_to(rh_label *label, size_t place, double radius) {
    static const double ways[][2] = {{1, 0},  {0, 1},  {1, 1},  {-1, 0},
                                     {0, -1}, {1, -1}, {-1, 1}, {-1, -1}};
    const double far[] = {radius + 4, radius + 18, radius + 36, radius + 58};
    const double *way = ways[place % 8], d = far[place / 8];
    double across = fabs(way[0] * way[1]) > 0 ? 0.8 * d : d;
    label->left = label->x + way[0] * across - (way[0] < 0 ? label->width : 0) -
                  (fabs(way[0]) > 0 ? 0 : label->width / 2);
    label->middle = label->y + way[1] * (0.8 * d + label->height / 2);
    label->is_far = place >= 8;
}

void rh_labels_place(rh_label *labels, size_t first, size_t count, const rh_spot *spots,
                     size_t n_spots, double radius, double width, double height) {
    enum { PLACES = 32 };
    for (size_t i = first; i < count; i++) {
        labels[i].is_placed = 0;
        for (size_t place = 0; place < PLACES && !labels[i].is_placed; place++) {
            move_to(&labels[i], place, radius);
            labels[i].is_placed =
                count_covered(labels, i, spots, n_spots, radius, width, height) == 0;
        }
    }
}

void rh_labels_spread(double *places, size_t count, double gap, double low, double high) {
    for (int round = 0; round < 200; round++) {
        double moved = 0;
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < count; k++) {
                double far = places[k] - places[i];
                int above = far > 0 || (!(far < 0) && k > i);
                if (i == k || !above || far >= gap)
                    continue;
                double push = (gap - far) / 2 + 1e-9 * gap;
                places[i] -= push;
                places[k] += push;
                moved = fmax(moved, push);
            }
        for (size_t i = 0; i < count; i++)
            places[i] = fmin(fmax(places[i], low), high);
        if (!(moved > 1e-3 * gap))
            return;
    }
}
