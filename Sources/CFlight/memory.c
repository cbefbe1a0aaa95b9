// The memory of a recorder: made private, later moved to a file.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "CFlight.h"
#include "flight_clock.h"

#define RING_BYTES ((size_t)256 << 10)
#define LEAST_EVENTS 64

_Static_assert(sizeof(flight_header) <= FLIGHT_HEADER_BYTES, "the header has room");
_Static_assert(sizeof(flight_track) == 128 && sizeof(flight_event) == 64, "whole cache lines");

static uint64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t flight_now_ns(void) { return read_clock(CLOCK_MONOTONIC); }

uint64_t flight_wall_ns(void) { return read_clock(CLOCK_REALTIME); }

flight_moment flight_moment_now(void) {
  return (flight_moment){.ticks = flight_ticks(),
                         .monotonic_ns = read_clock(CLOCK_MONOTONIC),
                         .realtime_ns = read_clock(CLOCK_REALTIME)};
}

/// Where the first ring begins, on a border between cache lines.
static size_t events_start(uint32_t tracks) {
  return FLIGHT_HEADER_BYTES + tracks * sizeof(flight_track);
}

static uint32_t capacity(uint32_t tracks) {
  size_t room = (RING_BYTES - events_start(tracks)) / sizeof(flight_event) / tracks;
  return events_start(tracks) < RING_BYTES && room > LEAST_EVENTS ? (uint32_t)room : LEAST_EVENTS;
}

size_t flight_byte_count(uint32_t tracks) {
  size_t bytes = events_start(tracks) + (size_t)tracks * capacity(tracks) * sizeof(flight_event);
  return (bytes + 4095) / 4096 * 4096;
}

flight_header *flight_create(uint32_t tracks, uint32_t rank, uint32_t ranks) {
  size_t bytes = flight_byte_count(tracks);
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  flight_header *recorder = memory;
  *recorder = (flight_header){.magic = FLIGHT_MAGIC,
                              .byte_count = bytes,
                              .track_count = tracks,
                              .capacity = capacity(tracks),
                              .rank = rank,
                              .rank_count = ranks,
                              .pid = getpid(),
                              .waits_for = FLIGHT_WAITS_NOT,
                              .culprit = -1};
  gethostname(recorder->host, sizeof recorder->host - 1);
  flight_track *track = (flight_track *)((char *)memory + FLIGHT_HEADER_BYTES);
  for (uint32_t index = 0; index < tracks; index++) {
    track[index].events_offset =
        events_start(tracks) + (size_t)index * recorder->capacity * sizeof(flight_event);
    track[index].seen_ns = flight_now_ns();
  }
  recorder->first = flight_moment_now();
  // Apart enough for a rate; whoever has a reader renews it.
  struct timespec pause = {.tv_nsec = 200000};
  nanosleep(&pause, NULL);
  flight_tick(recorder);
  return recorder;
}

void flight_destroy(flight_header *recorder) { munmap(recorder, recorder->byte_count); }

/// Fills a new file and maps it in place of the recorder's memory; 0, or the error number.
static int replace_memory(flight_header *recorder, int file) {
  size_t bytes = recorder->byte_count;
  // Blocks that the disk cannot give later would end the process by SIGBUS.
  int code = posix_fallocate(file, 0, (off_t)bytes);
  if (code) return code;
  for (size_t done = 0; done < bytes;) {
    ssize_t count = pwrite(file, (char *)recorder + done, bytes - done, (off_t)done);
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) done += (size_t)count;
  }
  void *memory =
      mmap(recorder, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0);
  return memory == MAP_FAILED ? errno : 0;
}

int flight_move_to_file(flight_header *recorder, const char *path, uint64_t launch) {
  // Under another name first: a process that still has an older file mapped must not lose it.
  char *temporary = NULL;
  if (asprintf(&temporary, "%s.tmp-%d", path, getpid()) < 0) return ENOMEM;
  recorder->launch = launch;
  unlink(temporary);
  int file = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  int code = file < 0 ? errno : 0;
  if (!code) {
    code = replace_memory(recorder, file);
    close(file);
    if (!code && rename(temporary, path) != 0) code = errno;
    if (code) unlink(temporary);
  }
  free(temporary);
  return code;
}

void flight_tick(flight_header *recorder) {
  uint64_t next = 1 - recorder->last_index;
  recorder->last[next] = flight_moment_now();
  __atomic_store_n(&recorder->last_index, next, __ATOMIC_RELEASE);
}

void flight_note_wait(flight_header *recorder, int32_t rank, uint64_t since_ns) {
  recorder->waits_since_ns = since_ns;
  recorder->waits_for = rank;
}

void flight_note_end(flight_header *recorder, uint32_t end, const char *text, int32_t culprit) {
  flight_tick(recorder);
  uint32_t running = FLIGHT_RUNNING, closing = FLIGHT_CLOSING;
  if (!__atomic_compare_exchange_n(&recorder->end, &running, closing, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_RELAXED))
    return;
  snprintf(recorder->text, sizeof recorder->text, "%s", text);
  recorder->culprit = culprit;
  __atomic_store_n(&recorder->end, end, __ATOMIC_RELEASE);
}

bool flight_claim(const char *path, uint32_t track, uint64_t key) {
  int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return true;
  size_t bytes = FLIGHT_HEADER_BYTES + (track + 1) * sizeof(flight_track);
  void *memory = MAP_FAILED;
  if (lseek(file, 0, SEEK_END) >= (off_t)bytes)
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory == MAP_FAILED) return true;
  flight_track *state = (flight_track *)((char *)memory + FLIGHT_HEADER_BYTES) + track;
  uint64_t before = __atomic_load_n(&state->told, __ATOMIC_RELAXED);
  bool claimed = before != key && __atomic_compare_exchange_n(&state->told, &before, key, false,
                                                              __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
  munmap(memory, bytes);
  return claimed;
}
