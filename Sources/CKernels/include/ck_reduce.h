// Sums in a fixed order.
#ifndef CK_REDUCE_H
#define CK_REDUCE_H

#include <stddef.h>
#include <stdint.h>

/// Adds parts element by element in the order of a postfix program: an entry k of at least 0 pushes
/// part k, -1 adds the two topmost, the lower one as left operand. `out` may be the first part.
void ck_tree_sum(float *out, const float *const *parts, const int32_t *plan, size_t plan_count,
                 size_t n);

/// The sum of squares in double precision, in an order that depends on n alone.
double ck_sum_squares(const float *x, size_t n);

#endif
