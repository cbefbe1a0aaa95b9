// The memory of a team. Words that different lanes write lie on different pairs of cache lines
// (processors fetch lines in pairs).
#ifndef CLANES_TEAM_H
#define CLANES_TEAM_H

#include <stdatomic.h>

#include "CLanes.h"

#define CLANES_LINE 128
#define CLANES_MAGIC 0x4c414e45u

typedef struct {
  /// How many barriers the lane has entered.
  _Alignas(CLANES_LINE) _Atomic uint32_t arrived;
  _Atomic uint32_t phase;
  _Atomic uint64_t step;
  _Atomic int32_t pid;
  _Atomic uint32_t rank;
  /// When the process started, in ticks since boot, which tells it from a later one of the same id.
  _Atomic uint64_t start_time;
  /// The namespace that the process id is valid in.
  _Atomic uint64_t pid_namespace;
  /// How often the lane has said what it is doing.
  _Atomic uint32_t beats;
  /// The `beats` at which a silence was told of, plus 1.
  _Atomic uint32_t told;
  /// When the process last saw the lane wait for a message, in monotonic nanoseconds; 0: it does not.
  _Atomic uint64_t message_wait_ns;
} clanes_lane;

struct clanes_team {
  _Alignas(CLANES_LINE) uint32_t magic;
  uint32_t lanes;
  /// Why the team ended: 0, or status << 56 | lane << 32 | code.
  _Alignas(CLANES_LINE) _Atomic uint64_t end;
  /// How many lanes have arrived at the present barrier.
  _Alignas(CLANES_LINE) _Atomic uint32_t arrivals;
  /// How many barriers are complete; the lanes sleep on this word.
  _Alignas(CLANES_LINE) _Atomic uint32_t epoch;
  /// How many lanes sleep or are about to.
  _Atomic uint32_t sleepers;
  /// The rank of the lane that completed the last barrier.
  _Atomic uint32_t last_rank;
  clanes_lane lane[];
};

/// Whether the process of a lane is known to have ended.
bool clanes_is_dead(const clanes_lane *lane);

/// The start time of a process (0 where it cannot be read, with `*gone` telling whether it ended).
uint64_t clanes_start_time(int32_t pid, bool *gone);

/// The identity of this process's pid namespace; 0 where it cannot be read.
uint64_t clanes_pid_namespace(void);

#endif
