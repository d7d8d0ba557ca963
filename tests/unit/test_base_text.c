/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors, memory, JSON and digests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- status ---- */

static void an_error_says_what_and_where(void **state) {
    rh_error error;
    (void)state;
    assert_int_equal(rh_fail(&error, RH_BAD_DATA, "bad price '%s'", "abc"), RH_BAD_DATA);
    assert_int_equal(error.code, RH_BAD_DATA);
    assert_string_equal(error.text, "bad price 'abc'");
    assert_int_equal(rh_fail_at(&error, "%s:%d", "spot.csv", 1042), RH_BAD_DATA);
    assert_string_equal(error.text, "spot.csv:1042: bad price 'abc'");
    assert_int_equal(error.code, RH_BAD_DATA);
}

static void an_error_may_be_unwanted(void **state) {
    (void)state;
    assert_int_equal(rh_fail(NULL, RH_BAD_CONFIG, "x"), RH_BAD_CONFIG);
    assert_int_equal(rh_fail_at(NULL, "x"), RH_FAILED);
}

static void an_error_is_one_line(void **state) {
    rh_error error;
    (void)state;
    (void)rh_fail(&error, RH_BAD_DATA, "'%s'", "a\nb\r\t\x1b[31m\x7f");
    assert_string_equal(error.text, "'a?b???[31m?'");
    (void)rh_fail_at(&error, "%s", "x\ny");
    assert_string_equal(error.text, "x?y: 'a?b???[31m?'");
    (void)rh_fail(&error, RH_BAD_DATA, "%s", "d\xc3\xa9j\xc3\xa0"); /* UTF-8 stays */
    assert_string_equal(error.text, "d\xc3\xa9j\xc3\xa0");
}

static void long_errors_are_cut_at_the_end(void **state) {
    rh_error error;
    char sentence[900], huge[3000];
    (void)state;
    memset(sentence, 's', sizeof sentence - 1);
    sentence[sizeof sentence - 1] = '\0';
    (void)rh_fail(&error, RH_FAILED, "%s", sentence);
    (void)rh_fail_at(&error, "a.csv:1:2");
    assert_int_equal(strlen(error.text), strlen("a.csv:1:2: ") + sizeof sentence - 1);
    memset(huge, 'h', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    (void)rh_fail(&error, RH_FAILED, "%s", huge);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    (void)rh_fail_at(&error, "%s", huge);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_memory_equal(error.text, "hhhh", 4);
}

/* ---- memory ---- */

static void memory_is_zeroed(void **state) {
    (void)state;
    unsigned char *block = rh_allocate(100, 7);
    assert_non_null(block);
    for (int i = 0; i < 700; i++)
        assert_int_equal(block[i], 0);
    rh_release(block);
    rh_release(NULL);
}

static void nothing_is_something(void **state) {
    (void)state;
    void *none = rh_allocate(0, 8), *empty = rh_allocate(8, 0);
    assert_non_null(none);
    assert_non_null(empty);
    none = rh_resize(none, 0, 8);
    assert_non_null(none);
    rh_release(none);
    rh_release(empty);
}

static void products_that_overflow_are_refused(void **state) {
    char small = 0;
    (void)state;
    assert_null(rh_allocate(SIZE_MAX / 2, 3));
    assert_null(rh_allocate(SIZE_MAX, SIZE_MAX));
    char *block = rh_allocate(1, 1);
    assert_non_null(block);
    *block = 'x';
    assert_null(rh_resize(block, SIZE_MAX / 2, 3));
    small = *block;
    assert_int_equal(small, 'x');
    rh_release(block);
}

static void texts_are_copied(void **state) {
    (void)state;
    char *whole = rh_copy_text("abc"), *part = rh_copy_bytes_as_text("abcdef", 2);
    char *empty = rh_copy_bytes_as_text("abc", 0);
    assert_string_equal(whole, "abc");
    assert_string_equal(part, "ab");
    assert_string_equal(empty, "");
    rh_release(whole);
    rh_release(part);
    rh_release(empty);
}

static void arrays_grow_by_doubling(void **state) {
    int *numbers = NULL;
    size_t capacity = 0;
    uint64_t before = rh_memory_allocations();
    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(rh_make_room(&numbers, i, &capacity, sizeof *numbers), 0);
        assert_true(capacity > i);
        numbers[i] = (int)i;
    }
    assert_true(rh_memory_allocations() - before == 7); /* 16, 32, ... 1024 */
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    rh_release(numbers);
}

static void the_nth_allocation_fails_and_all_after_it(void **state) {
    void *blocks[3];
    int *numbers = NULL;
    size_t capacity = 0;
    (void)state;
    rh_memory_fail_after(2);
    for (int i = 0; i < 3; i++)
        blocks[i] = rh_allocate(1, 1);
    assert_non_null(blocks[0]);
    assert_non_null(blocks[1]);
    assert_null(blocks[2]);
    assert_null(rh_resize(blocks[0], 100, 1));
    assert_null(rh_copy_text("x"));
    assert_int_equal(rh_make_room(&numbers, 0, &capacity, sizeof *numbers), -1);
    assert_null(numbers);
    assert_int_equal(capacity, 0);
    rh_memory_fail_after(0);
    assert_null(rh_allocate(1, 1));
    rh_memory_fail_after(UINT64_MAX);
    void *again = rh_allocate(1, 1);
    assert_non_null(again);
    rh_release(again);
    rh_release(blocks[0]);
    rh_release(blocks[1]);
}

/* ---- JSON ---- */

static void json_is_written_in_order(void **state) {
    rh_json json = {0};
    (void)state;
    assert_string_equal(rh_json_text(&json), "");
    rh_json_begin(&json, NULL, '{');
    rh_json_string(&json, "a", "x");
    rh_json_string(&json, "none", NULL);
    rh_json_begin(&json, "list", '[');
    rh_json_number(&json, NULL, 1.0);
    rh_json_begin(&json, NULL, '{');
    rh_json_end(&json, '}');
    rh_json_begin(&json, NULL, '[');
    rh_json_end(&json, ']');
    rh_json_end(&json, ']');
    rh_json_boolean(&json, "yes", 2);
    rh_json_boolean(&json, "no", 0);
    rh_json_end(&json, '}');
    assert_string_equal(rh_json_text(&json),
                        "{\"a\":\"x\",\"none\":null,\"list\":[1,{},[]],\"yes\":true,\"no\":false}");
    rh_json_free(&json);
    assert_string_equal(rh_json_text(&json), "");
}

static void json_numbers_are_json(void **state) {
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1, "[0.1]"}, {-0.0, "[0]"}, {1e300, "[1e+300]"}, {-2.5, "[-2.5]"}, {1e-7, "[1e-07]"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rh_json json = {0};
        rh_json_begin(&json, NULL, '[');
        rh_json_number(&json, NULL, cases[i].value);
        rh_json_end(&json, ']');
        assert_string_equal(rh_json_text(&json), cases[i].text);
        rh_json_free(&json);
    }
    rh_json json = {0};
    rh_json_begin(&json, NULL, '[');
    rh_json_number(&json, NULL, (double)NAN);
    rh_json_number(&json, NULL, (double)INFINITY);
    rh_json_number(&json, NULL, -(double)INFINITY);
    rh_json_end(&json, ']');
    assert_string_equal(rh_json_text(&json), "[null,null,null]");
    rh_json_free(&json);
}

static void json_escapes_what_json_forbids(void **state) {
    rh_json json = {0};
    (void)state;
    rh_json_begin(&json, NULL, '{');
    rh_json_string(&json, "\"\\\n", "a\"b\\c/\x01\x1f\x7f\t\xe2\x82\xac");
    rh_json_end(&json, '}');
    assert_string_equal(rh_json_text(&json), "{\"\\\"\\\\\\u000a\":\"a\\\"b\\\\c/\\u0001\\u001f\x7f"
                                             "\\u0009\xe2\x82\xac\"}");
    rh_json_free(&json);
}

static void json_grows(void **state) {
    rh_json json = {0};
    char word[5001];
    (void)state;
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    rh_json_begin(&json, NULL, '[');
    for (int i = 0; i < 100; i++)
        rh_json_string(&json, NULL, word);
    rh_json_end(&json, ']');
    assert_int_equal(strlen(rh_json_text(&json)), 100 * 5002 + 99 + 2);
    assert_int_equal(json.length, strlen(json.text));
    rh_json_free(&json);
}

static void json_remembers_that_memory_ran_out(void **state) {
    (void)state;
    for (uint64_t n = 0; n < 3; n++) {
        rh_json json = {0};
        rh_memory_fail_after(n);
        rh_json_begin(&json, NULL, '[');
        for (int i = 0; i < 2000; i++)
            rh_json_number(&json, NULL, i);
        rh_memory_fail_after(UINT64_MAX);
        rh_json_end(&json, ']'); /* memory that came back doesn't mend the hole */
        assert_null(rh_json_text(&json));
        rh_json_free(&json);
    }
}

/* ---- digests: FIPS 180-2, appendix B ---- */

static void digests_are_sha_256(void **state) {
    char text[RH_DIGEST_TEXT];
    char *million = malloc(1000000);
    (void)state;
    assert_non_null(million);
    memset(million, 'a', 1000000);
    assert_string_equal(rh_digest("abc", 3, text),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(rh_digest("", 0, text),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(
        rh_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, text),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_string_equal(rh_digest(million, 1000000, text),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_what_and_where),
        cmocka_unit_test(an_error_may_be_unwanted),
        cmocka_unit_test(an_error_is_one_line),
        cmocka_unit_test(long_errors_are_cut_at_the_end),
        cmocka_unit_test(memory_is_zeroed),
        cmocka_unit_test(nothing_is_something),
        cmocka_unit_test(products_that_overflow_are_refused),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(arrays_grow_by_doubling),
        cmocka_unit_test(the_nth_allocation_fails_and_all_after_it),
        cmocka_unit_test(json_is_written_in_order),
        cmocka_unit_test(json_numbers_are_json),
        cmocka_unit_test(json_escapes_what_json_forbids),
        cmocka_unit_test(json_grows),
        cmocka_unit_test(json_remembers_that_memory_ran_out),
        cmocka_unit_test(digests_are_sha_256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
