/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that runs out at every single allocation, and files of noise. */
#include "test_feed_support.h"

#include "base/memory.h"

typedef struct {
    const char *format, *timezone, *text;
    int packed;
} sample;

static const sample samples[] = {
    {"csv", "Europe/London",
     "ts,instrument,bid,extra\n2021-01-01,X,1,2\n2021-01-01 05:00,Y,\"a\nb\",3\n2021-10-31 "
     "01:00,X,2,\n",
     0},
    {"csv", NULL, "ts,instrument,bid,mark\n3,X,1,2\n2,X,1,2\n1,X,1,2\n", 1},
    {"optionsdx", NULL,
     "[QUOTE_UNIXTIME], [INSTRUMENT_NAME], [UNDERLYING_PRICE], [BID_SIZE], [BID_PRICE], "
     "[ASK_PRICE], [ASK_SIZE], [MARK_IV]\n1622520046, X, 1, 1, 1, 1, 1, 1\n",
     1},
    {"cryptodatadownload", NULL,
     "www\nUnix,Symbol,Open,High,Low,Close\n1646089200,X,1,1,1,1\n1646085600,X,1,1,1,1\n", 0},
    {"binance-funding-ui", "Europe/London",
     "Time,Contracts,Funding Interval,Funding Rate\n2021-10-31 01:00,X P,8h,1%\n2021-10-30 "
     "17:00,X P,8h,1%\n",
     0},
};

enum { N_SAMPLES = sizeof samples / sizeof *samples };

static void ignore_name(void *user, const char *name) {
    (void)user;
    assert_true(*name);
}

/* Opens, reads and lists; the first failure, which has to be one of memory. */
static rh_status read_and_list(const rh_source_spec *spec, const rh_catalogue *catalogue) {
    rh_source *source = NULL;
    rh_event event;
    rh_error error = {.text = ""};
    int got = 0;
    rh_status status = rh_source_open(spec, 1, catalogue, &source, &error);
    if (status == RH_OK) {
        while ((got = rh_source_next(source, &event, &error)) > 0)
            ;
        status = got < 0 ? error.code : RH_OK;
    }
    rh_source_close(source);
    if (status == RH_OK)
        status = rh_source_names(spec, ignore_name, NULL, &error);
    if (status != RH_OK && (status != RH_FAILED || !strstr(error.text, "memory")))
        fail_msg("%d: %s", (int)status, error.text);
    return status;
}

static void every_allocation_fails_once(void **state) {
    unsigned char packed[2048];
    (void)state;
    for (int i = 0; i < N_SAMPLES; i++) {
        const sample *s = &samples[i];
        rh_source_spec spec = {.format = s->format, .timezone = s->timezone};
        spec.path = s->packed ? write_bytes(packed, gzip_into(s->text, packed, sizeof packed))
                              : write_text(s->text);
        rh_catalogue *catalogue = catalogue_of(NAMES("X"));
        uint64_t n = 0;
        rh_status status;
        do {
            rh_memory_fail_after(n++);
            status = read_and_list(&spec, catalogue);
            rh_memory_fail_after(UINT64_MAX);
        } while (status != RH_OK && n < 1000);
        assert_int_equal(status, RH_OK);
        assert_true(n > 10);
        rh_catalogue_free(catalogue);
    }
}

/* After the first rows nothing is allocated any more. */
static void rows_allocate_nothing(void **state) {
    static char text[1 << 18];
    size_t used = (size_t)sprintf(text, "ts,instrument,bid,ask,mark\n");
    rh_error error;
    rh_event event;
    rh_source *source = NULL;
    rh_catalogue *catalogue = catalogue_of(NAMES("X"));
    (void)state;
    for (int i = 0; i < 8000; i++)
        used += (size_t)sprintf(text + used, "%d,%s,1,2,1.5\n", 100000 + i, i % 2 ? "X" : "Y");
    const rh_source_spec spec = {.format = "csv", .path = write_text(text)};
    assert_int_equal(rh_source_open(&spec, 1, catalogue, &source, &error), RH_OK);
    assert_int_equal(rh_source_next(source, &event, &error), 1);
    uint64_t before = rh_memory_allocations();
    while (rh_source_next(source, &event, &error) > 0)
        ;
    assert_int_equal(rh_memory_allocations(), before);
    rh_source_summary summary;
    rh_source_summarise(source, &summary);
    assert_int_equal(summary.events, 8000);
    rh_source_close(source);
    rh_catalogue_free(catalogue);
}

static void noise_is_an_error_of_the_data(void **state) {
    unsigned char bytes[4096];
    uint64_t seed = 1;
    (void)state;
    for (int round = 0; round < 200; round++) {
        const size_t size = 1 + noise(&seed) % sizeof bytes;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)noise(&seed);
        rh_source_spec spec = {.format = samples[round % N_SAMPLES].format, .instrument = "X"};
        spec.path = write_bytes(bytes, size);
        assert_int_equal(read_source(&spec, NAMES("X"))->status, RH_BAD_DATA);
    }
}

/* Good files with bytes changed, taken out or put in: read or refused, never worse. */
static size_t spoil(unsigned char *bytes, size_t size, uint64_t *seed) {
    size_t place = noise(seed) % size;
    switch (noise(seed) % 3) {
    case 0: bytes[place] = (unsigned char)noise(seed); return size;
    case 1: memmove(bytes + place, bytes + place + 1, size - place - 1); return size - 1;
    default:
        memmove(bytes + place + 1, bytes + place, size - place);
        bytes[place] = (unsigned char)",\"\n\r-.0%: e"[noise(seed) % 12];
        return size + 1;
    }
}

static void spoilt_files_are_read_or_refused(void **state) {
    unsigned char bytes[4096];
    uint64_t seed = 2;
    int good = 0, bad = 0;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        const sample *s = &samples[round % N_SAMPLES];
        size_t size = strlen(s->text);
        memcpy(bytes, s->text, size);
        for (uint64_t i = 1 + noise(&seed) % 4; i > 0; i--)
            size = spoil(bytes, size, &seed);
        rh_source_spec spec = {.format = s->format, .timezone = s->timezone};
        spec.path = write_bytes(bytes, size);
        const reading_result *r = read_source(&spec, NAMES("X"));
        assert_true(r->status == RH_OK || r->status == RH_BAD_DATA || r->status == RH_BAD_CONFIG);
        assert_true(r->status == RH_OK || *r->error.text);
        good += r->status == RH_OK;
        bad += r->status != RH_OK;
    }
    assert_true(good > 100 && bad > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test(rows_allocate_nothing),
        cmocka_unit_test(noise_is_an_error_of_the_data),
        cmocka_unit_test(spoilt_files_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
