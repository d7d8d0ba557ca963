/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/pattern.h"

#include "base/memory.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int rh_is_pattern(const char *path) {
    return strpbrk(path, "*?[") != NULL && access(path, F_OK) != 0;
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Two runs of digits, without their leading zeros: the longer is larger. */
static int order_numbers(const char **a, const char **b) {
    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    size_t na = 0, nb = 0;
    while (is_digit((*a)[na]))
        na++;
    while (is_digit((*b)[nb]))
        nb++;
    const int order = na != nb ? (na < nb ? -1 : 1) : memcmp(*a, *b, na);
    *a += na;
    *b += nb;
    return order;
}

int rh_natural_order(const char *a, const char *b) {
    const char *const whole_a = a, *const whole_b = b;
    while (*a && *b) {
        if (is_digit(*a) && is_digit(*b)) {
            const int order = order_numbers(&a, &b);
            if (order != 0)
                return order;
        } else if (*a != *b) {
            break;
        } else {
            a++;
            b++;
        }
    }
    if (*a != *b)
        return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
    return strcmp(whole_a, whole_b); /* 01 and 1 */
}

static int in_natural_order(const void *a, const void *b) {
    return rh_natural_order(*(char *const *)a, *(char *const *)b);
}

static rh_status copy_paths(const glob_t *found, char ***paths, size_t *count, rh_error *error) {
    *paths = rh_allocate(found->gl_pathc, sizeof **paths);
    if (!*paths)
        return rh_no_memory(error);
    for (; *count < found->gl_pathc; ++*count) {
        (*paths)[*count] = rh_copy_text(found->gl_pathv[*count]);
        if (!(*paths)[*count])
            return rh_no_memory(error);
    }
    qsort(*paths, *count, sizeof **paths, in_natural_order);
    return RH_OK;
}

rh_status rh_pattern_expand(const char *pattern, char ***paths, size_t *count, rh_error *error) {
    glob_t found = {0};
    *paths = NULL;
    *count = 0;
    errno = 0;
    const int code = glob(pattern, GLOB_NOSORT, NULL, &found);
    rh_status status = RH_OK;
    if (code == GLOB_NOSPACE)
        status = rh_no_memory(error);
    else if (code != 0)
        status = rh_fail(error, RH_BAD_DATA, "%s: no file matches%s%s", pattern,
                         errno == EACCES ? ": " : "", errno == EACCES ? strerror(errno) : "");
    else
        status = copy_paths(&found, paths, count, error);
    globfree(&found);
    return status;
}

void rh_pattern_free(char **paths, size_t count) {
    for (size_t i = 0; i < count; i++)
        rh_release(paths[i]);
    rh_release(paths);
}
