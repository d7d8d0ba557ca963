/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listing.h: the instruments that files of data name, each file read for them once.
 *
 * A rolling position may take any option that the data list, so all of them have to be known
 * before a run starts. Plans of one comparison share a listing.
 */
#ifndef RH_EXPERIMENT_LISTING_H
#define RH_EXPERIMENT_LISTING_H

#include "feed/source.h"
#include "instrument/catalogue.h"

typedef struct rh_listing rh_listing;

rh_listing *rh_listing_new(void); /* NULL without memory */
void rh_listing_free(rh_listing *listing);

/* The contracts that one file names in the venues' way, without any venue's rules; the listing
 * keeps them. Other names are left out. */
rh_status rh_listing_read(rh_listing *listing, const rh_source_spec *spec, const rh_catalogue **out,
                          rh_error *error);

#endif
