// Sums whose bits matter, and passes over gradients.
#ifndef CK_REDUCE_H
#define CK_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The most operands that a plan of `ck_tree_sum` may hold at once; a balanced tree needs one more
/// than the logarithm of its leaves.
#define CK_TREE_SUM_DEPTH 32

/// The operands that a plan holds at once at most; 0 where the plan is malformed: an operand is
/// missing or left over, or a part's index is not below `part_count`.
size_t ck_tree_sum_depth(const int32_t *plan, size_t plan_count, size_t part_count);

/// Adds `n` floats of several parts in the order that a plan writes down.
///
/// The plan is a postfix program: k >= 0 pushes part k, -1 replaces the two topmost operands a, b
/// (a was pushed first) by a + b; what is left is the sum. Its depth must be 1...CK_TREE_SUM_DEPTH.
/// `out` may be one of the parts.
void ck_tree_sum(float *out, const float *const *parts, const int32_t *plan, size_t plan_count,
                 size_t n);

/// As `ck_tree_sum`, but rounds each part and each sum to what a bfloat16 holds: then the sum of any
/// node of the tree can travel as one, and comes out the same wherever the tree was cut.
void ck_tree_sum_to_bf16(float *out, const float *const *parts, const int32_t *plan,
                         size_t plan_count, size_t n);

/// out = a + b. `out` may be a or b.
void ck_add(const float *a, const float *b, float *out, size_t n);

/// The sum of squares in double, in 32 lanes joined by a fixed tree.
double ck_sum_squares(const float *x, size_t n);

/// Whether no element is infinite or NaN.
bool ck_all_finite(const float *x, size_t n);

/// g = g * scale, then held between -limit and limit; an infinite limit holds nothing, NaN stays.
void ck_scale_clamp(float *g, size_t n, float scale, float limit);

/// Adds the gradient of l1 sum |w| + l2 / 2 sum w^2: g += l1 sign(w) + l2 w; the sign of 0 is 0.
void ck_add_penalty(float *g, const float *w, size_t n, float l1, float l2);

#endif
