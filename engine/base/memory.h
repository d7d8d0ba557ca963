/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory.h: the one door to the allocator.
 *
 * Everything the engine allocates comes through here, so that a test can make the n-th
 * allocation fail and count allocations per event. Memory from these functions is released with
 * rh_release, which accepts NULL.
 */
#ifndef RH_BASE_MEMORY_H
#define RH_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Zeroed memory for `count` objects of `size` bytes; NULL if there is none (or on overflow). */
void *rh_allocate(size_t count, size_t size);

/* Grows or shrinks; new bytes are NOT zeroed. NULL leaves the old block as it was. */
void *rh_resize(void *block, size_t count, size_t size);

void rh_release(void *block);

/* A copy of a string, or of its first `length` bytes; NULL if there is no memory. */
char *rh_copy_text(const char *text);
char *rh_copy_bytes_as_text(const char *text, size_t length);

/* Resizes an array in place; `array` is a pointer to its pointer. Returns 0, or -1 if there is no
 * memory and the array is as it was. */
int rh_resize_array(void *array, size_t count, size_t size);

/* Makes room for one more element in a growing array: doubles `*capacity` when `count` reaches
 * it. `*array` is a pointer to the array's pointer. Returns 0, or -1 if there is no memory. */
int rh_make_room(void *array, size_t count, size_t *capacity, size_t size);

/* memcmp(a, b, length) == 0 for short texts, without a call. */
static inline int rh_same_bytes(const char *a, const char *b, size_t length) {
    uint64_t x, y;
    uint32_t s, t;
    if (length < sizeof s)
        return length == 0 ||
               (a[0] == b[0] && a[length / 2] == b[length / 2] && a[length - 1] == b[length - 1]);
    if (length < sizeof x) {
        memcpy(&s, a, sizeof s);
        memcpy(&t, b, sizeof t);
        a += length - sizeof s;
        b += length - sizeof s;
        const uint32_t before = s ^ t;
        memcpy(&s, a, sizeof s);
        memcpy(&t, b, sizeof t);
        return (before | (s ^ t)) == 0;
    }
    for (size_t i = 0; i < length; i += sizeof x) {
        const size_t at = i + sizeof x <= length ? i : length - sizeof x;
        memcpy(&x, a + at, sizeof x);
        memcpy(&y, b + at, sizeof y);
        if (x != y)
            return 0;
    }
    return 1;
}

/* For tests. After `allocations` more calls every further one fails, until the next
 * rh_memory_fail_after; UINT64_MAX means never. The counter counts calls since the start. */
void rh_memory_fail_after(uint64_t allocations);
uint64_t rh_memory_allocations(void);

#endif
