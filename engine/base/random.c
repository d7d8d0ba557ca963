/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include <assert.h>

/* Multipliers and Weyl constants of the paper's table 2. */
static const uint32_t MULTIPLY_0 = 0xD2511F53, MULTIPLY_1 = 0xCD9E8D57;
static const uint32_t WEYL_0 = 0x9E3779B9, WEYL_1 = 0xBB67AE85;

void rh_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)MULTIPLY_0 * c0, p1 = (uint64_t)MULTIPLY_1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* The middle of one of 2^52 equal cells: never 0 or 1, and exact in a double. */
static double uniform_of(uint32_t high, uint32_t low) {
    const uint64_t cell = ((uint64_t)high << 32 | low) >> 12;
    return ((double)cell + 0.5) * 0x1p-52;
}

rh_draw rh_draw_uniform(const rh_draw_place *place) {
    assert(place->purpose < 1u << 8 && place->item < 1u << 24);
    const uint32_t counter[4] = {(uint32_t)place->step, (uint32_t)(place->step >> 32), place->path,
                                 place->purpose << 24 | place->item};
    const uint32_t key[2] = {(uint32_t)place->seed, (uint32_t)(place->seed >> 32)};
    uint32_t word[4];
    rh_philox(counter, key, word);
    return (rh_draw){uniform_of(word[0], word[1]), uniform_of(word[2], word[3])};
}
