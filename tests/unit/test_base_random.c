/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Philox against its published vectors, and the place of a draw. */
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Random123 1.14, tests/kat_vectors, lines "philox4x32 10". */
static void philox_gives_the_published_vectors(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], expected[4];
    } rows[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t out[4];
        rh_philox(rows[i].counter, rows[i].key, out);
        assert_memory_equal(out, rows[i].expected, sizeof out);
    }
}

/* Words of the third vector, read as two draws of 52 bits. */
static void a_place_is_the_counter_and_the_key(void **state) {
    (void)state;
    const rh_draw_place place = {UINT64_C(0x299f31d0a4093822), UINT64_C(0x85a308d3243f6a88),
                                 0x13198a2e, 0x03, 0x707344};
    const rh_draw u = rh_draw_uniform(&place);
    assert_true(u.a == ((double)UINT64_C(0xd16cfe0994fdc) + 0.5) * 0x1p-52);
    assert_true(u.b == ((double)UINT64_C(0x5001e42024126) + 0.5) * 0x1p-52);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_vectors),
        cmocka_unit_test(a_place_is_the_counter_and_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
