/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/vector.h"

#if RH_HAS_AVX
rh_vector rh_vector_widest(void) {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return RH_VECTOR_PLAIN;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        return RH_VECTOR_AVX512;
    return RH_VECTOR_AVX2;
}
#else
rh_vector rh_vector_widest(void) {
    return RH_VECTOR_PLAIN;
}
#endif
