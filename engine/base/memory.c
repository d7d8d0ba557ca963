/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic uint64_t calls;
static _Atomic uint64_t first_failure = UINT64_MAX;

static int allowed(size_t count, size_t size) {
    uint64_t call = atomic_fetch_add(&calls, 1);
    if (call >= atomic_load(&first_failure))
        return 0;
    return size == 0 || count <= SIZE_MAX / size;
}

void *rh_allocate(size_t count, size_t size) {
    if (!allowed(count, size))
        return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

void *rh_resize(void *block, size_t count, size_t size) {
    if (!allowed(count, size))
        return NULL;
    size_t bytes = count * size;
    return realloc(block, bytes > 0 ? bytes : 1);
}

void rh_release(void *block) {
    free(block);
}

char *rh_copy_text(const char *text) {
    return rh_copy_bytes_as_text(text, strlen(text));
}

char *rh_copy_bytes_as_text(const char *text, size_t length) {
    char *copy = rh_allocate(length + 1, 1);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

int rh_resize_array(void *array, size_t count, size_t size) {
    void *block;
    memcpy(&block, array, sizeof block);
    block = rh_resize(block, count, size);
    if (!block)
        return -1;
    memcpy(array, &block, sizeof block);
    return 0;
}

int rh_make_room(void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return 0;
    const size_t larger = *capacity ? *capacity * 2 : 16;
    if (rh_resize_array(array, larger, size) != 0)
        return -1;
    *capacity = larger;
    return 0;
}

void rh_memory_fail_after(uint64_t allocations) {
    uint64_t now = atomic_load(&calls);
    atomic_store(&first_failure, allocations > UINT64_MAX - now ? UINT64_MAX : now + allocations);
}

uint64_t rh_memory_allocations(void) {
    return atomic_load(&calls);
}
