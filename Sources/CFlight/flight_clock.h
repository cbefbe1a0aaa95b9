// The two clocks of a recorder.
#ifndef FLIGHT_CLOCK_H
#define FLIGHT_CLOCK_H

#include "CFlight.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

/// The processor's counter: of one rate, whatever the processor's own is, on every x86 since 2008.
static inline uint64_t flight_ticks(void) {
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return flight_now_ns();
#endif
}

/// The present on all clocks.
flight_moment flight_moment_now(void);

#endif
