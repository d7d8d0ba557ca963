/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector.h: loops over arrays, compiled for several widths of vector instructions.
 *
 * A loop is written once, as an RH_INLINE body over blocks of RH_BLOCK numbers without branches.
 * Three functions hold that body, one of them with RH_FOR_AVX2 and one with RH_FOR_AVX512 before
 * it (RH_FOR_EACH_WIDTH writes them); an rh_vector picks one at run time. All three make the same
 * digits, since each element goes through the same IEEE operations in the same order; the widths
 * differ in speed only. Where there are no such instructions the three are the same.
 */
#ifndef RH_BASE_VECTOR_H
#define RH_BASE_VECTOR_H

/* Elements worked on at a time: arrays of a block stay in the fastest cache. */
enum { RH_BLOCK = 128 };

typedef enum { RH_VECTOR_PLAIN, RH_VECTOR_AVX2, RH_VECTOR_AVX512, RH_N_VECTORS } rh_vector;

/* The widest that this processor has. */
rh_vector rh_vector_widest(void);

/* Inlined whatever the size: a call in a loop keeps the loop from vectorising. */
#if defined(__GNUC__)
#define RH_INLINE static inline __attribute__((always_inline))
#else
#define RH_INLINE static inline
#endif

/* gcc makes two versions of a loop over many numbers, and the processor chooses one when the
 * program starts; their digits are the same. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define RH_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define RH_WIDE
#endif

/* Functions of this file's kind have fused multiply-adds, other ones have them where this is 1. */
#if defined(__FP_FAST_FMA)
#define RH_FUSED 1
#else
#define RH_FUSED 0
#endif

#if defined(__GNUC__) && defined(__x86_64__)
#define RH_HAS_AVX  1
#define RH_FOR_AVX2 __attribute__((target("avx2,fma")))
#if defined(__clang__)
#define RH_FOR_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#else
#define RH_FOR_AVX512                                                                              \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma,prefer-vector-width=512")))
#endif
#else
#define RH_HAS_AVX 0
#define RH_FOR_AVX2
#define RH_FOR_AVX512
#endif

/* name_of[v]: what calls the RH_INLINE function `name` compiled for vectors of width v. */
#define RH_FOR_EACH_WIDTH(name, parameters, arguments)                                             \
    static void name##_plain parameters {                                                          \
        name arguments;                                                                            \
    }                                                                                              \
    RH_FOR_AVX2 static void name##_avx2 parameters {                                               \
        name arguments;                                                                            \
    }                                                                                              \
    RH_FOR_AVX512 static void name##_avx512 parameters {                                           \
        name arguments;                                                                            \
    }                                                                                              \
    static void(*const name##_of[RH_N_VECTORS])                                                    \
        parameters = {name##_plain, name##_avx2, name##_avx512}

#endif
