/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest.h: SHA-256 as lower-case hexadecimal text (FIPS 180-4, by nettle). */
#ifndef RH_BASE_DIGEST_H
#define RH_BASE_DIGEST_H

#include <stddef.h>

enum { RH_DIGEST_TEXT = 65 };

/* Returns `out`. */
const char *rh_digest(const void *bytes, size_t length, char out[RH_DIGEST_TEXT]);

/* 32 bytes as text. Returns `out`. */
const char *rh_digest_text(const unsigned char digest[32], char out[RH_DIGEST_TEXT]);

#endif
