#include "clanes_words.h"

#include <stdatomic.h>

// The memory is zeroed by whoever allocates it, and every access of it goes through here, so that a
// plain word may be used as an atomic one.
typedef _Atomic uint64_t atomic_word;

uint64_t clanes_word_load(const uint64_t *word) {
  return atomic_load_explicit((const atomic_word *)word, memory_order_acquire);
}

void clanes_word_store(uint64_t *word, uint64_t value) {
  atomic_store_explicit((atomic_word *)word, value, memory_order_release);
}

uint64_t clanes_word_add(uint64_t *word, uint64_t value) {
  return atomic_fetch_add_explicit((atomic_word *)word, value, memory_order_acq_rel) + value;
}

bool clanes_word_replace(uint64_t *word, uint64_t expected, uint64_t value) {
  return atomic_compare_exchange_strong_explicit((atomic_word *)word, &expected, value,
                                                 memory_order_acq_rel, memory_order_acquire);
}
