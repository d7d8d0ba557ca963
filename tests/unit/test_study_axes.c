/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/axes.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static rh_axes read(const char *const *texts, size_t count) {
    rh_axes axes;
    rh_error error = {0};
    if (rh_axes_read(texts, count, &axes, &error) != RH_OK)
        fail_msg("%s", error.text);
    return axes;
}

static void values_are_split_outside_brackets(void **state) {
    static const char *const texts[] = {"strategy={name: band, width: 0.1},static,'a,b',[1, 2]"};
    static const char *const wanted[] = {"{name: band, width: 0.1}", "static", "'a,b'", "[1, 2]"};
    rh_axes axes = read(texts, 1);
    (void)state;
    assert_int_equal(axes.n_combinations, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(rh_axes_value(&axes, i, 0), wanted[i]);
    rh_axes_free(&axes);
}

static void ranges_hold_their_ends(void **state) {
    static const struct {
        const char *text;
        size_t count;
        const char *second, *last;
    } cases[] = {
        {"x=0:0.2:0.01", 21, "0.01", "0.2"},
        {"x=1:2:0.3", 4, "1.3", "1.9"},
        {"x=5:5:1", 1, "5", "5"},
        {"x=1h:8h:1h", 8, "2h", "8h"},
        {"x=30m:2h:30m", 4, "1h", "2h"},
        {"x=-1:1:1", 3, "0", "1"},
        {"x=0.1:0.3:0.1,0.7", 4, "0.2", "0.7"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rh_axes axes = read(&cases[i].text, 1);
        assert_int_equal(axes.n_combinations, cases[i].count);
        if (cases[i].count > 1)
            assert_string_equal(rh_axes_value(&axes, 1, 0), cases[i].second);
        assert_string_equal(rh_axes_value(&axes, cases[i].count - 1, 0), cases[i].last);
        rh_axes_free(&axes);
    }
}

static void times_of_day_are_no_ranges(void **state) {
    static const char *const texts[] = {"strategy.at=00:00,08:00"};
    rh_axes axes = read(texts, 1);
    (void)state;
    assert_int_equal(axes.n_combinations, 2);
    assert_string_equal(rh_axes_value(&axes, 1, 0), "08:00");
    rh_axes_free(&axes);
}

/* Every combination occurs once, the last axis runs fastest, and the order given doesn't matter. */
static void the_product_is_ordered_by_key(void **state) {
    static const char *const texts[] = {"b=1,2,3", "a=x,y"}, *const other[] = {"a=x,y", "b=1,2,3"};
    static const char *const wanted[][2] = {{"x", "1"}, {"x", "2"}, {"x", "3"},
                                            {"y", "1"}, {"y", "2"}, {"y", "3"}};
    rh_axes one = read(texts, 2), two = read(other, 2);
    (void)state;
    assert_int_equal(one.n_combinations, 6);
    for (size_t i = 0; i < 6; i++)
        for (size_t axis = 0; axis < 2; axis++) {
            assert_string_equal(rh_axes_value(&one, i, axis), wanted[i][axis]);
            assert_string_equal(rh_axes_value(&two, i, axis), wanted[i][axis]);
        }
    rh_axes_free(&one);
    rh_axes_free(&two);
}

static void wrong_axes_are_named(void **state) {
    static const struct {
        const char *texts[2];
        size_t count;
        const char *message;
    } cases[] = {
        {{"width"}, 1, "-P width: must be key=value,value or key=from:to:step"},
        {{"=1"}, 1, "-P =1: must be key=value,value or key=from:to:step"},
        {{"x="}, 1, "-P x=: must be key=value,value or key=from:to:step"},
        {{"x=2:1:1"}, 1, "-P x: a range is from:to:step with from <= to and step > 0"},
        {{"x=1:2:0"}, 1, "-P x: a range is from:to:step with from <= to and step > 0"},
        {{"x=0:1e9:1"}, 1, "-P x: a range is from:to:step with from <= to and step > 0"},
        {{"x=1", "x=2"}, 2, "-P x: given twice"},
        {{"x=1:2000:1", "y=1:2000:1"}, 2, "-P: more than 1000000 combinations"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rh_axes axes;
        rh_error error = {0};
        assert_int_equal(rh_axes_read(cases[i].texts, cases[i].count, &axes, &error),
                         RH_BAD_CONFIG);
        assert_string_equal(error.text, cases[i].message);
    }
}

static void running_out_of_memory_is_reported(void **state) {
    static const char *const texts[] = {"b=1:9:1", "a=x,y"};
    (void)state;
    for (uint64_t n = 0;; n++) {
        rh_axes axes;
        rh_error error = {0};
        rh_memory_fail_after(n);
        const rh_status status = rh_axes_read(texts, 2, &axes, &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_OK) {
            rh_axes_free(&axes);
            assert_true(n > 10);
            return;
        }
        assert_int_equal(status, RH_FAILED);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_split_outside_brackets),
        cmocka_unit_test(ranges_hold_their_ends),
        cmocka_unit_test(times_of_day_are_no_ranges),
        cmocka_unit_test(the_product_is_ordered_by_key),
        cmocka_unit_test(wrong_axes_are_named),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
