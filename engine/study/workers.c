/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/workers.h"

#include <pthread.h>

void rh_workers_run(void *(*work)(void *), void *workers, size_t size, size_t count) {
    pthread_t threads[RH_MOST_WORKERS];
    size_t started = 1;
    while (started < count &&
           pthread_create(&threads[started], NULL, work, (char *)workers + started * size) == 0)
        started++;
    (void)work(workers);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(threads[i], NULL);
}
