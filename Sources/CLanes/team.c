// The barrier: arrivals are counted in one word, the last lane to arrive advances the epoch that
// the others watch. They watch it spinning, then yielding, then asleep in the kernel; a sleeper
// wakes every 100 ms to see whether those it waits for still live.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clanes_team.h"

static void pause_processor(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

size_t clanes_bytes(uint32_t lanes) {
  return sizeof(clanes_team) + lanes * sizeof(clanes_lane);
}

clanes_team *clanes_init(void *memory, uint32_t lanes) {
  clanes_team *team = memory;
  memset(memory, 0, clanes_bytes(lanes));
  team->lanes = lanes;
  atomic_thread_fence(memory_order_seq_cst);
  team->magic = CLANES_MAGIC;
  return team;
}

clanes_team *clanes_attach(void *memory) {
  clanes_team *team = memory;
  return team->magic == CLANES_MAGIC ? team : NULL;
}

clanes_patience clanes_default_patience(uint32_t lanes, uint32_t lanes_of_process) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  bool crowded = (online > 0 && lanes > (uint32_t)online) ||
                 lanes_of_process > clanes_allowed_cores();
  // Waking from the kernel's sleep takes about 30 us. On cores of their own, lanes that differ by less
  // than a millisecond meet without it; yielding meanwhile costs nobody anything.
  clanes_patience patience = {.spin_ns = 4000, .yield_ns = 1000000, .nap_ns = 50000, .stall_ms = 0};
  if (crowded) {
    patience.spin_ns = 0;
    patience.yield_ns = 60000;
  }
  return patience;
}

void clanes_join(clanes_team *team, uint32_t lane, uint32_t rank) {
  clanes_lane *self = &team->lane[lane];
  bool gone;
  atomic_store(&self->rank, rank);
  atomic_store(&self->start_time, clanes_start_time(getpid(), &gone));
  atomic_store(&self->pid_namespace, clanes_pid_namespace());
  atomic_store_explicit(&self->pid, getpid(), memory_order_release);
}

static void wake_all(clanes_team *team) {
  syscall(SYS_futex, &team->epoch, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/// Ends the team; false where another lane did already.
static bool end_team(clanes_team *team, clanes_status status, uint32_t lane, int32_t code) {
  uint64_t none = 0;
  uint64_t word = (uint64_t)status << 56 | (uint64_t)(lane & 0xffffff) << 32 | (uint32_t)code;
  bool first = atomic_compare_exchange_strong(&team->end, &none, word);
  wake_all(team);
  return first;
}

static clanes_outcome outcome_of(uint64_t end, bool first) {
  return (clanes_outcome){
      .status = (clanes_status)(end >> 56),
      .lane = (uint32_t)(end >> 32) & 0xffffff,
      .code = (int32_t)(uint32_t)end,
      .first = first,
  };
}

void clanes_abort(clanes_team *team, uint32_t lane, int32_t code) {
  end_team(team, CLANES_ABORTED, lane, code);
}

bool clanes_end_stalled(clanes_team *team, uint32_t lane) {
  return end_team(team, CLANES_STALLED, lane, 0);
}

/// Looks for a lane that has not arrived and never will; true where the team has ended.
static bool look_for_missing(clanes_team *team, uint32_t epoch, uint64_t waited_ns,
                             const clanes_patience *patience, bool *first) {
  uint32_t missing = UINT32_MAX;
  for (uint32_t lane = 0; lane < team->lanes; lane++) {
    if (atomic_load(&team->lane[lane].arrived) != epoch) continue;
    if (missing == UINT32_MAX) missing = lane;
    if (clanes_is_dead(&team->lane[lane])) {
      // It may have arrived between the two looks, and ended in good order after that.
      if (atomic_load(&team->epoch) != epoch) return false;
      if (atomic_load(&team->lane[lane].arrived) != epoch) continue;
      *first = end_team(team, CLANES_DIED, lane, 0);
      return true;
    }
  }
  if (patience->stall_ms && missing != UINT32_MAX &&
      waited_ns / 1000000 >= patience->stall_ms) {
    *first = end_team(team, CLANES_STALLED, missing, 0);
    return true;
  }
  return false;
}

static void sleep_on_epoch(clanes_team *team, uint32_t epoch) {
  struct timespec timeout = {.tv_sec = 0, .tv_nsec = 100000000};
  // The releasing lane stores the epoch and then reads `sleepers`; here it is the other way round,
  // so that one of the two always sees the other.
  atomic_fetch_add(&team->sleepers, 1);
  syscall(SYS_futex, &team->epoch, FUTEX_WAIT, epoch, &timeout, NULL, 0);
  atomic_fetch_sub(&team->sleepers, 1);
}

static clanes_outcome wait_for_epoch(clanes_team *team, uint32_t epoch,
                                     const clanes_patience *patience) {
  const clanes_outcome passed = {.status = CLANES_PASSED};
  if (patience->spin_ns) {
    // A pause takes up to 45 ns, reading the clock 25: look at the clock now and then.
    uint64_t start = now_ns();
    do {
      for (int turn = 0; turn < 16; turn++) {
        if (atomic_load_explicit(&team->epoch, memory_order_acquire) != epoch) return passed;
        pause_processor();
      }
    } while (now_ns() - start < patience->spin_ns);
  }
  uint64_t start = now_ns();
  while (now_ns() - start < patience->yield_ns) {
    if (atomic_load_explicit(&team->epoch, memory_order_acquire) != epoch) return passed;
    sched_yield();
  }
  bool first = false;
  while (atomic_load_explicit(&team->epoch, memory_order_acquire) == epoch) {
    uint64_t end = atomic_load(&team->end);
    if (end) return outcome_of(end, first);
    sleep_on_epoch(team, epoch);
    if (atomic_load_explicit(&team->epoch, memory_order_acquire) != epoch) break;
    uint64_t waited = now_ns() - start;
    // Woken early by the kernel's timer, a signal or the end of the team: only long waits look.
    if (waited >= 90000000 && !atomic_load(&team->end))
      look_for_missing(team, epoch, waited, patience, &first);
  }
  return passed;
}

bool clanes_arrive(clanes_team *team, uint32_t lane, uint32_t *epoch) {
  clanes_lane *self = &team->lane[lane];
  *epoch = atomic_load_explicit(&team->epoch, memory_order_acquire);
  atomic_store_explicit(&self->arrived, *epoch + 1, memory_order_release);
  if (atomic_fetch_add(&team->arrivals, 1) + 1 < team->lanes) return false;
  // An aborting lane never arrives, so a full barrier is passed whatever the flag says.
  atomic_store_explicit(&team->arrivals, 0, memory_order_relaxed);
  // Nobody passes the next barrier before all have read this.
  atomic_store_explicit(&team->last_rank, atomic_load_explicit(&self->rank, memory_order_relaxed),
                        memory_order_relaxed);
  atomic_store(&team->epoch, *epoch + 1);
  if (atomic_load(&team->sleepers)) wake_all(team);
  return true;
}

clanes_outcome clanes_wait(clanes_team *team, uint32_t epoch, const clanes_patience *patience) {
  clanes_outcome outcome = wait_for_epoch(team, epoch, patience);
  outcome.last_rank = atomic_load_explicit(&team->last_rank, memory_order_relaxed);
  return outcome;
}

void clanes_note_message_wait(clanes_team *team, uint32_t lane, bool waits) {
  atomic_store_explicit(&team->lane[lane].message_wait_ns, waits ? now_ns() : 0,
                        memory_order_relaxed);
}

/// Whether a lane waits for a message; of a process that is stopped nobody knows.
static bool waits_for_message(const clanes_lane *lane) {
  uint64_t seen = atomic_load_explicit(&lane->message_wait_ns, memory_order_relaxed);
  return seen != 0 && now_ns() - seen < 1000000000u;
}

bool clanes_claim_silence(clanes_team *team, uint32_t lane) {
  clanes_lane *silent = &team->lane[lane];
  uint32_t now = atomic_load(&silent->beats) + 1, before = atomic_load(&silent->told);
  return before != now && atomic_compare_exchange_strong(&silent->told, &before, now);
}

/// Looks for any lane whose process has ended; true where the team has ended.
static bool look_for_dead(clanes_team *team, bool *first) {
  for (uint32_t lane = 0; lane < team->lanes; lane++) {
    if (!clanes_is_dead(&team->lane[lane])) continue;
    *first = end_team(team, CLANES_DIED, lane, 0);
    return true;
  }
  return false;
}

clanes_outcome clanes_relax(clanes_team *team, uint32_t lane, uint32_t round,
                            const clanes_patience *patience) {
  // A look takes about 100 ns with its pauses, a yield about 500, a nap 50 us more than its length.
  const uint32_t spins = patience->spin_ns / 100, yields = patience->yield_ns / 500;
  const uint32_t naps_between_looks = 1000;
  const struct timespec nap = {.tv_sec = 0, .tv_nsec = patience->nap_ns};
  bool first = false;
  if (round < spins) {
    pause_processor();
    pause_processor();
  } else if (round < spins + yields) {
    sched_yield();
  } else {
    nanosleep(&nap, NULL);
    // A note of a wait holds for a second, since a process that was stopped does not wait.
    if (atomic_load_explicit(&team->lane[lane].message_wait_ns, memory_order_relaxed))
      clanes_note_message_wait(team, lane, true);
    if ((round - spins - yields) % naps_between_looks == naps_between_looks - 1)
      look_for_dead(team, &first);
  }
  uint64_t end = atomic_load_explicit(&team->end, memory_order_acquire);
  return end ? outcome_of(end, first) : (clanes_outcome){.status = CLANES_PASSED};
}

void clanes_publish(clanes_team *team, uint32_t lane, uint64_t step, uint32_t phase) {
  clanes_lane *self = &team->lane[lane];
  uint32_t beats = atomic_load_explicit(&self->beats, memory_order_relaxed);
  atomic_store_explicit(&self->step, step, memory_order_relaxed);
  atomic_store_explicit(&self->phase, phase, memory_order_relaxed);
  atomic_store_explicit(&self->beats, beats + 1, memory_order_relaxed);
}

clanes_lane_state clanes_state(const clanes_team *team, uint32_t lane) {
  const clanes_lane *self = &team->lane[lane];
  return (clanes_lane_state){
      .rank = atomic_load(&self->rank),
      .pid = atomic_load(&self->pid),
      .step = atomic_load(&self->step),
      .phase = atomic_load(&self->phase),
      .beats = atomic_load(&self->beats),
      .waiting = atomic_load(&self->arrived) != atomic_load(&team->epoch) ||
                 waits_for_message(self),
  };
}
