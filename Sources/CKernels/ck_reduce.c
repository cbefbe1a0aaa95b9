#include "ck_reduce.h"

#include <string.h>

#include "ck_element.h"
#include "ck_lanes.h"
#include "ck_math.h"

/// Floats that a plan is evaluated over at once: intermediate sums stay in the first-level cache.
#define BLOCK 1024

size_t ck_tree_sum_depth(const int32_t *plan, size_t plan_count, size_t part_count) {
  size_t held = 0, deepest = 0;
  for (size_t i = 0; i < plan_count; i++) {
    if (plan[i] >= 0) {
      if ((size_t)plan[i] >= part_count) return 0;
      held++;
    } else {
      if (plan[i] != -1 || held < 2) return 0;
      held--;
    }
    if (held > deepest) deepest = held;
  }
  return held == 1 ? deepest : 0;
}

CK_CLONES void ck_add(const float *a, const float *b, float *out, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

/// out = (a + b) + (c + d), the tree of four.
CK_CLONES static void add_four(const float *a, const float *b, const float *c, const float *d,
                               float *out, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) out[i] = (a[i] + b[i]) + (c[i] + d[i]);
}

/// Runs a plan over elements start..<start + n, n <= BLOCK.
static void run_plan(float *out, const float *const *parts, const int32_t *plan,
                     size_t plan_count, size_t start, size_t n) {
  // An operand is a part, read where it lies, or a sum in the buffer of its place on the stack.
  float sums[CK_TREE_SUM_DEPTH][BLOCK];
  const float *operands[CK_TREE_SUM_DEPTH];
  size_t held = 0;
  for (size_t i = 0; i < plan_count; i++) {
    if (plan[i] >= 0) {
      operands[held++] = parts[plan[i]] + start;
    } else {
      held--;
      float *sum = i + 1 == plan_count ? out + start : sums[held - 1];
      ck_add(operands[held - 1], operands[held], sum, n);
      operands[held - 1] = sum;
    }
  }
}

void ck_tree_sum(float *out, const float *const *parts, const int32_t *plan, size_t plan_count,
                 size_t n) {
  if (plan_count == 1) {
    if (out != parts[plan[0]]) memcpy(out, parts[plan[0]], n * sizeof(float));
    return;
  }
  if (plan_count == 3) {
    ck_add(parts[plan[0]], parts[plan[1]], out, n);
    return;
  }
  if (plan_count == 7 && plan[2] == -1 && plan[5] == -1) {
    add_four(parts[plan[0]], parts[plan[1]], parts[plan[3]], parts[plan[4]], out, n);
    return;
  }
  for (size_t start = 0; start < n; start += BLOCK) {
    run_plan(out, parts, plan, plan_count, start, n - start < BLOCK ? n - start : BLOCK);
  }
}

CK_CLONES static void round_to_bf16(const float *x, float *y, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) y[i] = ck_widened(ck_rounded(x[i]));
}

CK_CLONES static void add_to_bf16(const float *a, const float *b, float *out, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) out[i] = ck_widened(ck_rounded(a[i] + b[i]));
}

void ck_tree_sum_to_bf16(float *out, const float *const *parts, const int32_t *plan,
                         size_t plan_count, size_t n) {
  float sums[CK_TREE_SUM_DEPTH][BLOCK];
  for (size_t start = 0; start < n; start += BLOCK) {
    size_t count = n - start < BLOCK ? n - start : BLOCK;
    size_t held = 0;
    for (size_t i = 0; i < plan_count; i++) {
      if (plan[i] >= 0) {
        round_to_bf16(parts[plan[i]] + start, sums[held++], count);
      } else {
        held--;
        add_to_bf16(sums[held - 1], sums[held], sums[held - 1], count);
      }
    }
    memcpy(out + start, sums[0], count * sizeof(float));
  }
}

CK_CLONES double ck_sum_squares(const float *x, size_t n) {
  ck_double_lanes sums = {0};
  ck_add_block_of_squares(&sums, x, n);
  return ck_join_double_lanes(&sums);
}

CK_CLONES bool ck_all_finite(const float *x, size_t n) {
  // An exponent of all ones is infinite or NaN. Whole blocks, so that a bad value ends the search.
  const int32_t exponent = 0x7F800000;
  for (size_t start = 0; start < n; start += BLOCK) {
    size_t end = n - start < BLOCK ? n : start + BLOCK;
    int32_t bad = 0;
    for (size_t i = start; i < end; i++) bad |= (ck_to_bits(x[i]) & exponent) == exponent;
    if (bad) return false;
  }
  return true;
}

CK_CLONES void ck_scale_clamp(float *g, size_t n, float scale, float limit) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    g[i] = ck_at_most(ck_at_least(g[i] * scale, -limit), limit);
  }
}

CK_CLONES void ck_add_penalty(float *restrict g, const float *restrict w, size_t n, float l1,
                              float l2) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float sign = (w[i] > 0.0f ? 1.0f : 0.0f) - (w[i] < 0.0f ? 1.0f : 0.0f);
    g[i] = g[i] + (l2 * w[i] + l1 * sign);
  }
}
