// How this module's loops are compiled: one version for each instruction-set level, chosen once
// when the program is loaded, so that one binary serves every node.
//
// The versions for AVX-512 and for AVX2 give the same bits, by three rules that hold in every file
// here: the compiler may not reorder float arithmetic (no fast-math, no reassociation); a product
// and a sum are contracted only inside one expression, which both levels do alike; and every sum
// over elements has its order written out, in a fixed number of lanes that does not depend on the
// register width. (The fallback for CPUs without FMA rounds products and sums apart, so its bits
// differ.)
#ifndef CK_CLONES_H
#define CK_CLONES_H

/// Compiles a function once for each level and dispatches at load time.
#define CK_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))

/// A function that becomes part of each caller, and so of each caller's level.
#define CK_INLINE static inline __attribute__((always_inline))

/// Before a loop whose iteration i touches only elements i: vectorizes it without checking for
/// overlap at run time, which would send calls in place (x == y) to a scalar loop.
#define CK_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")

/// As CK_ELEMENTWISE for loops of few iterations: one masked vector in place of a scalar tail.
#define CK_ELEMENTWISE_SHORT                                  \
  CK_ELEMENTWISE                                              \
  _Pragma("clang loop vectorize_width(16) interleave_count(1)") \
  _Pragma("clang loop vectorize_predicate(enable)")

/// Before a loop over 16 lanes: one vector iteration, where the compiler would unroll it to
/// scalars.
#define CK_LANES_16                                             \
  CK_ELEMENTWISE                                                \
  _Pragma("clang loop vectorize_width(16) interleave_count(1)") \
  _Pragma("clang loop unroll(disable)")

#endif
