#include "ck_reduce.h"

#define BLOCK 64
#define DEPTH 32

void ck_tree_sum(float *out, const float *const *parts, const int32_t *plan, size_t plan_count,
                 size_t n) {
  float stack[DEPTH][BLOCK];
  for (size_t base = 0; base < n; base += BLOCK) {
    size_t m = n - base < BLOCK ? n - base : BLOCK;
    size_t top = 0;
    for (size_t p = 0; p < plan_count; p++) {
      if (plan[p] >= 0) {
        for (size_t i = 0; i < m; i++) stack[top][i] = parts[plan[p]][base + i];
        top++;
      } else {
        top--;
        for (size_t i = 0; i < m; i++) stack[top - 1][i] += stack[top][i];
      }
    }
    for (size_t i = 0; i < m; i++) out[base + i] = stack[0][i];
  }
}

double ck_sum_squares(const float *x, size_t n) {
  double lanes[16] = {0};
  for (size_t i = 0; i < n; i++) lanes[i % 16] += (double)x[i] * (double)x[i];
  for (int s = 8; s > 0; s /= 2)
    for (int i = 0; i < s; i++) lanes[i] += lanes[i + s];
  return lanes[0];
}
