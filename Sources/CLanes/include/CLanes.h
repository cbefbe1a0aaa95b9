// The meeting point of all lanes of one node, in memory that they share.
//
// A lane is one worker thread of one rank. The lanes of a node (ranks x workers) share a
// `clanes_team`: a barrier, an abort flag, and for every lane a record of who it is and what it is
// doing, so that a lane that waits in vain can say for whom. The memory may be a shared window or,
// for one rank, heap.
#ifndef CLANES_H
#define CLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clanes_words.h"

typedef struct clanes_team clanes_team;

/// How a wait ended.
typedef enum {
  /// All lanes arrived.
  CLANES_PASSED = 0,
  /// A lane called `clanes_abort`.
  CLANES_ABORTED = 1,
  /// The process of a lane ended without arriving.
  CLANES_DIED = 2,
  /// A lane did not arrive within the time limit.
  CLANES_STALLED = 3,
} clanes_status;

/// The outcome of a wait.
typedef struct {
  clanes_status status;
  /// The lane that aborted, died or stalled.
  uint32_t lane;
  /// The code given to `clanes_abort`.
  int32_t code;
  /// Of a wait that passed: the rank of the lane that came last.
  uint32_t last_rank;
  /// Whether the waiting lane is the first that noticed; the others are told by it.
  bool first;
} clanes_outcome;

/// How long a wait takes each of its forms.
typedef struct {
  /// Nanoseconds to spin; 0 where there are more lanes than cores.
  uint32_t spin_ns;
  /// Nanoseconds to yield in a loop, before sleeping in the kernel.
  uint32_t yield_ns;
  /// Nanoseconds of a nap of `clanes_relax`.
  uint32_t nap_ns;
  /// Milliseconds after which a missing lane counts as stalled; 0: never.
  uint32_t stall_ms;
} clanes_patience;

/// Who a lane is and what it was doing when it last said so.
typedef struct {
  uint32_t rank;
  int32_t pid;
  uint64_t step;
  uint32_t phase;
  /// How often it said so: a sign of life.
  uint32_t beats;
  /// Whether it waits in the barrier that is not yet complete, or for a message.
  bool waiting;
} clanes_lane_state;

/// The bytes that a team of so many lanes needs, a multiple of 128.
size_t clanes_bytes(uint32_t lanes);

/// Makes a team in zeroed memory, 128-byte aligned. One process does, before any other uses it.
clanes_team *clanes_init(void *memory, uint32_t lanes);

/// The team that another process made in this memory; NULL where there is none.
clanes_team *clanes_attach(void *memory);

/// The patience that suits the cores of this machine and of this process.
clanes_patience clanes_default_patience(uint32_t lanes, uint32_t lanes_of_process);

/// Publishes who a lane is. Each lane's process calls it once before the first wait.
void clanes_join(clanes_team *team, uint32_t lane, uint32_t rank);

/// Arrives at the barrier, which is passed when every lane has arrived as often as this one.
///
/// Memory written by a lane before it arrives is visible to every lane after it has passed.
/// True where this lane is the last and has passed; else `clanes_wait` waits with what is in `epoch`.
bool clanes_arrive(clanes_team *team, uint32_t lane, uint32_t *epoch);

/// Waits for the lanes that have not yet arrived.
clanes_outcome clanes_wait(clanes_team *team, uint32_t epoch, const clanes_patience *patience);

/// What a lane does between two looks at something that it waits for, other than the barrier: it
/// spins, later yields, later naps; now and then it looks whether the others still live.
///
/// `round` counts the looks of one wait from 0. Where the team has ended the outcome says how.
clanes_outcome clanes_relax(clanes_team *team, uint32_t lane, uint32_t round,
                            const clanes_patience *patience);

/// Makes every present and future wait of the team end with `CLANES_ABORTED`. The first call
/// counts.
void clanes_abort(clanes_team *team, uint32_t lane, int32_t code);

/// Makes every wait of the team end with `CLANES_STALLED`; false where the team has ended already.
bool clanes_end_stalled(clanes_team *team, uint32_t lane);

/// Whether the caller is the first to tell that a lane has been silent since it last said something.
bool clanes_claim_silence(clanes_team *team, uint32_t lane);

/// Notes whether a lane waits for a message; its process does so at least once a second.
void clanes_note_message_wait(clanes_team *team, uint32_t lane, bool waits);

/// Notes what a lane is doing.
void clanes_publish(clanes_team *team, uint32_t lane, uint64_t step, uint32_t phase);

/// What a lane last published.
clanes_lane_state clanes_state(const clanes_team *team, uint32_t lane);

/// Reads 8 bytes of another process's memory, as message passing libraries do to save a copy.
/// Returns 0, or the error number with which the kernel refused.
int clanes_read_word(int32_t pid, uintptr_t address, uint64_t *word);

/// The number of processors that this process may run on.
uint32_t clanes_allowed_cores(void);

#endif
