/* SPDX-License-Identifier: GPL-3.0-or-later */
/* little.h: numbers in little-endian bytes, wherever they lie. */
#ifndef RH_FEED_LITTLE_H
#define RH_FEED_LITTLE_H

#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define RH_LITTLE_32(value) __builtin_bswap32(value)
#define RH_LITTLE_64(value) __builtin_bswap64(value)
#else
#define RH_LITTLE_32(value) (value)
#define RH_LITTLE_64(value) (value)
#endif

static inline uint32_t rh_get_32(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return RH_LITTLE_32(value);
}

static inline uint64_t rh_get_64(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return RH_LITTLE_64(value);
}

static inline void rh_put_32(uint8_t *p, uint32_t value) {
    value = RH_LITTLE_32(value);
    memcpy(p, &value, sizeof value);
}

static inline void rh_put_64(uint8_t *p, uint64_t value) {
    value = RH_LITTLE_64(value);
    memcpy(p, &value, sizeof value);
}

#endif
