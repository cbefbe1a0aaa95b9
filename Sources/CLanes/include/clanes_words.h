// Words in memory that several lanes share: counters that only grow, by which lanes tell each other
// how far they are without meeting.
#ifndef CLANES_WORDS_H
#define CLANES_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/// Reads a word; what its writer wrote before the value is visible after.
uint64_t clanes_word_load(const uint64_t *word);

/// Writes a word that this lane alone writes.
void clanes_word_store(uint64_t *word, uint64_t value);

/// Adds to a word; returns the new value.
uint64_t clanes_word_add(uint64_t *word, uint64_t value);

/// Replaces a word's value where it is the expected one; returns whether it was.
bool clanes_word_replace(uint64_t *word, uint64_t expected, uint64_t value);

#endif
