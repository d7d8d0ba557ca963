/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/decimal.h"

#include <string.h>

/* The first 128 bits of 5^q, high half first; rounded down for q >= 0, up for q < 0. */
static const uint64_t powers[RH_DECIMAL_MOST - RH_DECIMAL_LEAST + 1][2] = {
    {UINT64_C(0xa87fea27a539e9a5), UINT64_C(0x3f2398d747b36224)}, /* -64 */
    {UINT64_C(0xd29fe4b18e88640e), UINT64_C(0x8eec7f0d19a03aad)}, /* -63 */
    {UINT64_C(0x83a3eeeef9153e89), UINT64_C(0x1953cf68300424ac)}, /* -62 */
    {UINT64_C(0xa48ceaaab75a8e2b), UINT64_C(0x5fa8c3423c052dd7)}, /* -61 */
    {UINT64_C(0xcdb02555653131b6), UINT64_C(0x3792f412cb06794d)}, /* -60 */
    {UINT64_C(0x808e17555f3ebf11), UINT64_C(0xe2bbd88bbee40bd0)}, /* -59 */
    {UINT64_C(0xa0b19d2ab70e6ed6), UINT64_C(0x5b6aceaeae9d0ec4)}, /* -58 */
    {UINT64_C(0xc8de047564d20a8b), UINT64_C(0xf245825a5a445275)}, /* -57 */
    {UINT64_C(0xfb158592be068d2e), UINT64_C(0xeed6e2f0f0d56712)}, /* -56 */
    {UINT64_C(0x9ced737bb6c4183d), UINT64_C(0x55464dd69685606b)}, /* -55 */
    {UINT64_C(0xc428d05aa4751e4c), UINT64_C(0xaa97e14c3c26b886)}, /* -54 */
    {UINT64_C(0xf53304714d9265df), UINT64_C(0xd53dd99f4b3066a8)}, /* -53 */
    {UINT64_C(0x993fe2c6d07b7fab), UINT64_C(0xe546a8038efe4029)}, /* -52 */
    {UINT64_C(0xbf8fdb78849a5f96), UINT64_C(0xde98520472bdd033)}, /* -51 */
    {UINT64_C(0xef73d256a5c0f77c), UINT64_C(0x963e66858f6d4440)}, /* -50 */
    {UINT64_C(0x95a8637627989aad), UINT64_C(0xdde7001379a44aa8)}, /* -49 */
    {UINT64_C(0xbb127c53b17ec159), UINT64_C(0x5560c018580d5d52)}, /* -48 */
    {UINT64_C(0xe9d71b689dde71af), UINT64_C(0xaab8f01e6e10b4a6)}, /* -47 */
    {UINT64_C(0x9226712162ab070d), UINT64_C(0xcab3961304ca70e8)}, /* -46 */
    {UINT64_C(0xb6b00d69bb55c8d1), UINT64_C(0x3d607b97c5fd0d22)}, /* -45 */
    {UINT64_C(0xe45c10c42a2b3b05), UINT64_C(0x8cb89a7db77c506a)}, /* -44 */
    {UINT64_C(0x8eb98a7a9a5b04e3), UINT64_C(0x77f3608e92adb242)}, /* -43 */
    {UINT64_C(0xb267ed1940f1c61c), UINT64_C(0x55f038b237591ed3)}, /* -42 */
    {UINT64_C(0xdf01e85f912e37a3), UINT64_C(0x6b6c46dec52f6688)}, /* -41 */
    {UINT64_C(0x8b61313bbabce2c6), UINT64_C(0x2323ac4b3b3da015)}, /* -40 */
    {UINT64_C(0xae397d8aa96c1b77), UINT64_C(0xabec975e0a0d081a)}, /* -39 */
    {UINT64_C(0xd9c7dced53c72255), UINT64_C(0x96e7bd358c904a21)}, /* -38 */
    {UINT64_C(0x881cea14545c7575), UINT64_C(0x7e50d64177da2e54)}, /* -37 */
    {UINT64_C(0xaa242499697392d2), UINT64_C(0xdde50bd1d5d0b9e9)}, /* -36 */
    {UINT64_C(0xd4ad2dbfc3d07787), UINT64_C(0x955e4ec64b44e864)}, /* -35 */
    {UINT64_C(0x84ec3c97da624ab4), UINT64_C(0xbd5af13bef0b113e)}, /* -34 */
    {UINT64_C(0xa6274bbdd0fadd61), UINT64_C(0xecb1ad8aeacdd58e)}, /* -33 */
    {UINT64_C(0xcfb11ead453994ba), UINT64_C(0x67de18eda5814af2)}, /* -32 */
    {UINT64_C(0x81ceb32c4b43fcf4), UINT64_C(0x80eacf948770ced7)}, /* -31 */
    {UINT64_C(0xa2425ff75e14fc31), UINT64_C(0xa1258379a94d028d)}, /* -30 */
    {UINT64_C(0xcad2f7f5359a3b3e), UINT64_C(0x096ee45813a04330)}, /* -29 */
    {UINT64_C(0xfd87b5f28300ca0d), UINT64_C(0x8bca9d6e188853fc)}, /* -28 */
    {UINT64_C(0x9e74d1b791e07e48), UINT64_C(0x775ea264cf55347e)}, /* -27 */
    {UINT64_C(0xc612062576589dda), UINT64_C(0x95364afe032a819e)}, /* -26 */
    {UINT64_C(0xf79687aed3eec551), UINT64_C(0x3a83ddbd83f52205)}, /* -25 */
    {UINT64_C(0x9abe14cd44753b52), UINT64_C(0xc4926a9672793543)}, /* -24 */
    {UINT64_C(0xc16d9a0095928a27), UINT64_C(0x75b7053c0f178294)}, /* -23 */
    {UINT64_C(0xf1c90080baf72cb1), UINT64_C(0x5324c68b12dd6339)}, /* -22 */
    {UINT64_C(0x971da05074da7bee), UINT64_C(0xd3f6fc16ebca5e04)}, /* -21 */
    {UINT64_C(0xbce5086492111aea), UINT64_C(0x88f4bb1ca6bcf585)}, /* -20 */
    {UINT64_C(0xec1e4a7db69561a5), UINT64_C(0x2b31e9e3d06c32e6)}, /* -19 */
    {UINT64_C(0x9392ee8e921d5d07), UINT64_C(0x3aff322e62439fd0)}, /* -18 */
    {UINT64_C(0xb877aa3236a4b449), UINT64_C(0x09befeb9fad487c3)}, /* -17 */
    {UINT64_C(0xe69594bec44de15b), UINT64_C(0x4c2ebe687989a9b4)}, /* -16 */
    {UINT64_C(0x901d7cf73ab0acd9), UINT64_C(0x0f9d37014bf60a11)}, /* -15 */
    {UINT64_C(0xb424dc35095cd80f), UINT64_C(0x538484c19ef38c95)}, /* -14 */
    {UINT64_C(0xe12e13424bb40e13), UINT64_C(0x2865a5f206b06fba)}, /* -13 */
    {UINT64_C(0x8cbccc096f5088cb), UINT64_C(0xf93f87b7442e45d4)}, /* -12 */
    {UINT64_C(0xafebff0bcb24aafe), UINT64_C(0xf78f69a51539d749)}, /* -11 */
    {UINT64_C(0xdbe6fecebdedd5be), UINT64_C(0xb573440e5a884d1c)}, /* -10 */
    {UINT64_C(0x89705f4136b4a597), UINT64_C(0x31680a88f8953031)}, /* -9 */
    {UINT64_C(0xabcc77118461cefc), UINT64_C(0xfdc20d2b36ba7c3e)}, /* -8 */
    {UINT64_C(0xd6bf94d5e57a42bc), UINT64_C(0x3d32907604691b4d)}, /* -7 */
    {UINT64_C(0x8637bd05af6c69b5), UINT64_C(0xa63f9a49c2c1b110)}, /* -6 */
    {UINT64_C(0xa7c5ac471b478423), UINT64_C(0x0fcf80dc33721d54)}, /* -5 */
    {UINT64_C(0xd1b71758e219652b), UINT64_C(0xd3c36113404ea4a9)}, /* -4 */
    {UINT64_C(0x83126e978d4fdf3b), UINT64_C(0x645a1cac083126ea)}, /* -3 */
    {UINT64_C(0xa3d70a3d70a3d70a), UINT64_C(0x3d70a3d70a3d70a4)}, /* -2 */
    {UINT64_C(0xcccccccccccccccc), UINT64_C(0xcccccccccccccccd)}, /* -1 */
    {UINT64_C(0x8000000000000000), UINT64_C(0x0000000000000000)}, /* 0 */
    {UINT64_C(0xa000000000000000), UINT64_C(0x0000000000000000)}, /* 1 */
    {UINT64_C(0xc800000000000000), UINT64_C(0x0000000000000000)}, /* 2 */
    {UINT64_C(0xfa00000000000000), UINT64_C(0x0000000000000000)}, /* 3 */
    {UINT64_C(0x9c40000000000000), UINT64_C(0x0000000000000000)}, /* 4 */
    {UINT64_C(0xc350000000000000), UINT64_C(0x0000000000000000)}, /* 5 */
    {UINT64_C(0xf424000000000000), UINT64_C(0x0000000000000000)}, /* 6 */
    {UINT64_C(0x9896800000000000), UINT64_C(0x0000000000000000)}, /* 7 */
    {UINT64_C(0xbebc200000000000), UINT64_C(0x0000000000000000)}, /* 8 */
    {UINT64_C(0xee6b280000000000), UINT64_C(0x0000000000000000)}, /* 9 */
    {UINT64_C(0x9502f90000000000), UINT64_C(0x0000000000000000)}, /* 10 */
    {UINT64_C(0xba43b74000000000), UINT64_C(0x0000000000000000)}, /* 11 */
    {UINT64_C(0xe8d4a51000000000), UINT64_C(0x0000000000000000)}, /* 12 */
    {UINT64_C(0x9184e72a00000000), UINT64_C(0x0000000000000000)}, /* 13 */
    {UINT64_C(0xb5e620f480000000), UINT64_C(0x0000000000000000)}, /* 14 */
    {UINT64_C(0xe35fa931a0000000), UINT64_C(0x0000000000000000)}, /* 15 */
    {UINT64_C(0x8e1bc9bf04000000), UINT64_C(0x0000000000000000)}, /* 16 */
    {UINT64_C(0xb1a2bc2ec5000000), UINT64_C(0x0000000000000000)}, /* 17 */
    {UINT64_C(0xde0b6b3a76400000), UINT64_C(0x0000000000000000)}, /* 18 */
    {UINT64_C(0x8ac7230489e80000), UINT64_C(0x0000000000000000)}, /* 19 */
    {UINT64_C(0xad78ebc5ac620000), UINT64_C(0x0000000000000000)}, /* 20 */
    {UINT64_C(0xd8d726b7177a8000), UINT64_C(0x0000000000000000)}, /* 21 */
    {UINT64_C(0x878678326eac9000), UINT64_C(0x0000000000000000)}, /* 22 */
    {UINT64_C(0xa968163f0a57b400), UINT64_C(0x0000000000000000)}, /* 23 */
    {UINT64_C(0xd3c21bcecceda100), UINT64_C(0x0000000000000000)}, /* 24 */
    {UINT64_C(0x84595161401484a0), UINT64_C(0x0000000000000000)}, /* 25 */
    {UINT64_C(0xa56fa5b99019a5c8), UINT64_C(0x0000000000000000)}, /* 26 */
    {UINT64_C(0xcecb8f27f4200f3a), UINT64_C(0x0000000000000000)}, /* 27 */
    {UINT64_C(0x813f3978f8940984), UINT64_C(0x4000000000000000)}, /* 28 */
    {UINT64_C(0xa18f07d736b90be5), UINT64_C(0x5000000000000000)}, /* 29 */
    {UINT64_C(0xc9f2c9cd04674ede), UINT64_C(0xa400000000000000)}, /* 30 */
    {UINT64_C(0xfc6f7c4045812296), UINT64_C(0x4d00000000000000)}, /* 31 */
    {UINT64_C(0x9dc5ada82b70b59d), UINT64_C(0xf020000000000000)}, /* 32 */
    {UINT64_C(0xc5371912364ce305), UINT64_C(0x6c28000000000000)}, /* 33 */
    {UINT64_C(0xf684df56c3e01bc6), UINT64_C(0xc732000000000000)}, /* 34 */
    {UINT64_C(0x9a130b963a6c115c), UINT64_C(0x3c7f400000000000)}, /* 35 */
    {UINT64_C(0xc097ce7bc90715b3), UINT64_C(0x4b9f100000000000)}, /* 36 */
    {UINT64_C(0xf0bdc21abb48db20), UINT64_C(0x1e86d40000000000)}, /* 37 */
    {UINT64_C(0x96769950b50d88f4), UINT64_C(0x1314448000000000)}, /* 38 */
    {UINT64_C(0xbc143fa4e250eb31), UINT64_C(0x17d955a000000000)}, /* 39 */
    {UINT64_C(0xeb194f8e1ae525fd), UINT64_C(0x5dcfab0800000000)}, /* 40 */
    {UINT64_C(0x92efd1b8d0cf37be), UINT64_C(0x5aa1cae500000000)}, /* 41 */
    {UINT64_C(0xb7abc627050305ad), UINT64_C(0xf14a3d9e40000000)}, /* 42 */
    {UINT64_C(0xe596b7b0c643c719), UINT64_C(0x6d9ccd05d0000000)}, /* 43 */
    {UINT64_C(0x8f7e32ce7bea5c6f), UINT64_C(0xe4820023a2000000)}, /* 44 */
    {UINT64_C(0xb35dbf821ae4f38b), UINT64_C(0xdda2802c8a800000)}, /* 45 */
    {UINT64_C(0xe0352f62a19e306e), UINT64_C(0xd50b2037ad200000)}, /* 46 */
    {UINT64_C(0x8c213d9da502de45), UINT64_C(0x4526f422cc340000)}, /* 47 */
    {UINT64_C(0xaf298d050e4395d6), UINT64_C(0x9670b12b7f410000)}, /* 48 */
    {UINT64_C(0xdaf3f04651d47b4c), UINT64_C(0x3c0cdd765f114000)}, /* 49 */
    {UINT64_C(0x88d8762bf324cd0f), UINT64_C(0xa5880a69fb6ac800)}, /* 50 */
    {UINT64_C(0xab0e93b6efee0053), UINT64_C(0x8eea0d047a457a00)}, /* 51 */
    {UINT64_C(0xd5d238a4abe98068), UINT64_C(0x72a4904598d6d880)}, /* 52 */
    {UINT64_C(0x85a36366eb71f041), UINT64_C(0x47a6da2b7f864750)}, /* 53 */
    {UINT64_C(0xa70c3c40a64e6c51), UINT64_C(0x999090b65f67d924)}, /* 54 */
    {UINT64_C(0xd0cf4b50cfe20765), UINT64_C(0xfff4b4e3f741cf6d)}, /* 55 */
    {UINT64_C(0x82818f1281ed449f), UINT64_C(0xbff8f10e7a8921a4)}, /* 56 */
    {UINT64_C(0xa321f2d7226895c7), UINT64_C(0xaff72d52192b6a0d)}, /* 57 */
    {UINT64_C(0xcbea6f8ceb02bb39), UINT64_C(0x9bf4f8a69f764490)}, /* 58 */
    {UINT64_C(0xfee50b7025c36a08), UINT64_C(0x02f236d04753d5b4)}, /* 59 */
    {UINT64_C(0x9f4f2726179a2245), UINT64_C(0x01d762422c946590)}, /* 60 */
    {UINT64_C(0xc722f0ef9d80aad6), UINT64_C(0x424d3ad2b7b97ef5)}, /* 61 */
    {UINT64_C(0xf8ebad2b84e0d58b), UINT64_C(0xd2e0898765a7deb2)}, /* 62 */
    {UINT64_C(0x9b934c3b330c8577), UINT64_C(0x63cc55f49f88eb2f)}, /* 63 */
    {UINT64_C(0xc2781f49ffcfa6d5), UINT64_C(0x3cbf6b71c76b25fb)}, /* 64 */
};

static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static double double_of_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The high half of a product, and the low one. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low) {
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    const uint64_t middle = (p00 >> 32) + (uint32_t)p01 + (uint32_t)p10;
    *low = middle << 32 | (uint32_t)p00;
    return p11 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

/* D. Lemire, "Number Parsing at a Gigabyte per Second", Software: Practice and Experience 51(8),
 * 2021, algorithm 1; what that leaves open (and subnormal results) is left to the caller. */
static int by_product(uint64_t digits, int exponent, double *out) {
    if (exponent < RH_DECIMAL_LEAST || exponent > RH_DECIMAL_MOST)
        return -1;
    const uint64_t *power = powers[exponent - RH_DECIMAL_LEAST];
    const int zeros = __builtin_clzll(digits);
    uint64_t low, more_low;
    digits <<= zeros;
    uint64_t high = multiply(digits, power[0], &low);
    if ((high & 0x1ff) == 0x1ff) {
        const uint64_t more = multiply(digits, power[1], &more_low);
        low += more;
        high += low < more;
    }
    if (low == UINT64_MAX && (exponent < -27 || exponent > 55))
        return -1;
    const int top = (int)(high >> 63);
    uint64_t mantissa = high >> (top + 9);
    /* (217706 q) >> 16 is floor(q log2(10)) */
    int power2 = ((217706 * exponent) >> 16) + 63 + top - zeros + 1023;
    if (power2 <= 0)
        return -1;
    const int halfway = low <= 1 && exponent >= -4 && exponent <= 23 && (mantissa & 3) == 1 &&
                        mantissa << (top + 9) == high;
    if (halfway)
        mantissa &= ~UINT64_C(1);
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    if (mantissa >> 53) {
        mantissa = UINT64_C(1) << 52;
        power2++;
    }
    if (power2 >= 0x7ff)
        return -1;
    *out = double_of_bits((mantissa & ~(UINT64_C(1) << 52)) | (uint64_t)power2 << 52);
    return 0;
}

int rh_decimal_double(uint64_t digits, int exponent, double *out) {
    if (digits == 0) {
        *out = 0.0;
        return 0;
    }
    /* Both are doubles, so that one operation rounds correctly (Clinger 1990). */
    if (digits <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22) {
        *out = exponent < 0 ? (double)digits / exact_powers[-exponent]
                            : (double)digits * exact_powers[exponent];
        return 0;
    }
    return by_product(digits, exponent, out);
}
