// Writing events. Stores of one thread become visible in order, so a reader of the bytes sees an
// event either whole or with a sequence number that does not fit.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CFlight.h"
#include "flight_clock.h"

static flight_track *track_of(const flight_header *recorder, uint32_t track) {
  return (flight_track *)((char *)recorder + FLIGHT_HEADER_BYTES) + track;
}

static flight_event *events_of(const flight_header *recorder, const flight_track *track) {
  return (flight_event *)((char *)recorder + track->events_offset);
}

/// Ends the newest event, if there is one that goes on.
static void end_event(const flight_header *recorder, flight_track *track, uint64_t now) {
  flight_event *event = events_of(recorder, track) + track->slot;
  if (track->count && event->end == 0) event->end = now;
}

static void next_event(const flight_header *recorder, flight_track *track, uint64_t now,
                       flight_event next) {
  uint64_t sequence = track->count + 1;
  uint32_t slot = track->slot + 1 < recorder->capacity ? track->slot + 1 : 0;
  flight_event *event = events_of(recorder, track) + slot;
  __atomic_store_n(&event->sequence, 0, __ATOMIC_RELAXED);
  atomic_thread_fence(memory_order_release);
  event->begin = now;
  event->end = 0;
  event->step = next.step;
  event->bytes = next.bytes;
  event->peer = next.peer;
  event->operation = next.operation;
  event->during = next.during;
  __atomic_store_n(&event->sequence, sequence, __ATOMIC_RELEASE);
  track->slot = slot;
  __atomic_store_n(&track->count, sequence, __ATOMIC_RELEASE);
}

void flight_join(flight_header *recorder, uint32_t track) {
  track_of(recorder, track)->thread = (int32_t)syscall(SYS_gettid);
}

void flight_begin(flight_header *recorder, uint32_t index, uint16_t operation, uint64_t step,
                  uint64_t bytes, int32_t peer) {
  flight_track *track = track_of(recorder, index);
  uint64_t now = flight_ticks();
  end_event(recorder, track, now);
  next_event(recorder, track, now,
             (flight_event){.step = step,
                            .bytes = bytes,
                            .peer = peer,
                            .operation = operation,
                            .during = operation});
}

void flight_end(flight_header *recorder, uint32_t index) {
  end_event(recorder, track_of(recorder, index), flight_ticks());
}

void flight_pause(flight_header *recorder, uint32_t index, uint16_t operation, uint64_t bytes,
                  int32_t peer) {
  flight_track *track = track_of(recorder, index);
  const flight_event *event = events_of(recorder, track) + track->slot;
  uint64_t now = flight_ticks();
  flight_event wait = {.step = track->count ? event->step : 0,
                       .bytes = bytes,
                       .peer = peer,
                       .operation = operation,
                       .during = track->count ? event->during : operation};
  end_event(recorder, track, now);
  next_event(recorder, track, now, wait);
}

void flight_resume(flight_header *recorder, uint32_t index, int32_t peer) {
  flight_track *track = track_of(recorder, index);
  flight_event *wait = events_of(recorder, track) + track->slot;
  uint64_t now = flight_ticks();
  wait->peer = peer;
  flight_event next = {
      .step = wait->step, .peer = -1, .operation = wait->during, .during = wait->during};
  end_event(recorder, track, now);
  next_event(recorder, track, now, next);
}

flight_event flight_newest(const flight_header *recorder, uint32_t index) {
  const flight_track *track = track_of(recorder, index);
  return events_of(recorder, track)[track->slot];
}

void flight_note_seen(flight_header *recorder, uint32_t index, uint64_t monotonic_ns) {
  __atomic_store_n(&track_of(recorder, index)->seen_ns, monotonic_ns, __ATOMIC_RELAXED);
}
