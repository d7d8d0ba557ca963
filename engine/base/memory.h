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

/* For tests. After `allocations` more calls every further one fails, until the next
 * rh_memory_fail_after; UINT64_MAX means never. The counter counts calls since the start. */
void rh_memory_fail_after(uint64_t allocations);
uint64_t rh_memory_allocations(void);

#endif
