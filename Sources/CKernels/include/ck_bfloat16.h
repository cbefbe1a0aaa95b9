// Numbers of 16 bits: the upper half of a float32. Stored so, but never computed with.
//
// A kernel on bfloat16 widens its inputs, which is exact, computes in float32 as the kernel on
// float32 does, and rounds each result once, to the nearest with ties to even. Kernels made for
// both types take a `ck_element_type`; those that have a form of their own end in `_bf16`.
#ifndef CK_BFLOAT16_H
#define CK_BFLOAT16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How the elements of a buffer are stored.
typedef enum { CK_FLOAT32, CK_BFLOAT16 } ck_element_type;

/// The bits of a bfloat16.
typedef uint16_t ck_bfloat16;

/// y = x, exactly. The buffers may not overlap.
void ck_widen_bf16(const ck_bfloat16 *x, float *y, size_t n);

/// y = x rounded; NaN stays NaN, and what is too large becomes infinite. The buffers may not
/// overlap.
void ck_round_bf16(const float *x, ck_bfloat16 *y, size_t n);

/// Whether no element is infinite or NaN.
bool ck_all_finite_bf16(const ck_bfloat16 *x, size_t n);

/// out = a + b. `out` may be a or b.
void ck_add_bf16(const ck_bfloat16 *a, const ck_bfloat16 *b, ck_bfloat16 *out, size_t n);

#endif
