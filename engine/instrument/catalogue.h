/* SPDX-License-Identifier: GPL-3.0-or-later */
/* catalogue.h: the instruments of one tape, numbered from 0 in the order they were added.
 *
 * Feeds turn names into numbers here and drop the rows of every instrument that isn't in it: a
 * chain file of 400 names costs little when the book holds two of them. The catalogue owns its
 * instruments; pointers stay valid until rh_catalogue_free.
 */
#ifndef RH_INSTRUMENT_CATALOGUE_H
#define RH_INSTRUMENT_CATALOGUE_H

#include "instrument/instrument.h"

#include <stddef.h>

typedef struct rh_catalogue rh_catalogue;

#define RH_NO_INSTRUMENT UINT32_MAX

rh_catalogue *rh_catalogue_new(void); /* NULL if there is no memory */
void rh_catalogue_free(rh_catalogue *catalogue);

/* Adds an instrument, or finds the one of that name; its number, or RH_NO_INSTRUMENT without
 * memory. */
uint32_t rh_catalogue_add(rh_catalogue *catalogue, const rh_instrument *instrument);

/* The number of a name that is there, or RH_NO_INSTRUMENT. `name` needs no terminator. */
uint32_t rh_catalogue_find(const rh_catalogue *catalogue, const char *name, size_t length);

size_t rh_catalogue_count(const rh_catalogue *catalogue);
const rh_instrument *rh_catalogue_get(const rh_catalogue *catalogue, uint32_t id);

#endif
