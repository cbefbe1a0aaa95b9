// A flight recorder: what each thread of a rank did last, in memory that outlives the process.
//
// The memory is one run of bytes: a header, a track for each thread, and for each track a ring of
// events. Mapped from a file and shared, it is in the page cache as soon as it is written, so it can
// be read after the process was killed. Each track has one writer, which takes no lock and
// allocates nothing; readers take the bytes as they are and drop events that are being written.
//
// Times of events are ticks of the processor's counter, which is read in a third of the time of the
// system's clock; the header has two moments in ticks and in nanoseconds of the system's clocks.
#ifndef CFLIGHT_H
#define CFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLIGHT_MAGIC 0x31544847494c4653ull  // "SFLIGHT1"
#define FLIGHT_NAME_BYTES 64
#define FLIGHT_TEXT_BYTES 512
/// The bytes of a header, and where tracks begin.
#define FLIGHT_HEADER_BYTES 1024

/// Special values of `waits_for`.
enum {
  FLIGHT_WAITS_NOT = -2,
  FLIGHT_WAITS_FOR_UNKNOWN = -1,
};

/// How a rank ended, as far as it could say so itself.
enum {
  FLIGHT_RUNNING = 0,
  FLIGHT_FINISHED = 1,
  FLIGHT_FAILED = 2,
  /// It is about to say so.
  FLIGHT_CLOSING = 3,
};

/// One moment on three clocks.
typedef struct {
  uint64_t ticks;
  uint64_t monotonic_ns;
  uint64_t realtime_ns;
} flight_moment;

/// The head of a recorder's memory.
typedef struct {
  uint64_t magic;
  uint64_t byte_count;
  uint32_t track_count;
  /// Events a track.
  uint32_t capacity;
  uint32_t rank;
  uint32_t rank_count;
  int32_t pid;
  /// How the rank ended, one of `FLIGHT_RUNNING` and so on.
  uint32_t end;
  /// Tells this start of the program from others on the same run; the same on all ranks.
  uint64_t launch;
  flight_moment first;
  /// Later moments, renewed in turn as long as the process lives, and which of them is whole.
  flight_moment last[2];
  uint64_t last_index;
  /// The signal that ends the process, 0 for none, with its thread and its time.
  int32_t signal;
  int32_t signal_thread;
  uint64_t signal_ticks;
  /// The rank whose message is waited for, or one of `FLIGHT_WAITS_…`.
  int32_t waits_for;
  /// The rank that this one holds responsible for its end; -1 for none.
  int32_t culprit;
  /// Since when it is waited for, in monotonic nanoseconds.
  uint64_t waits_since_ns;
  char host[FLIGHT_NAME_BYTES];
  /// Why the rank failed.
  char text[FLIGHT_TEXT_BYTES];
} flight_header;

/// The state of one thread: a pair of cache lines, which processors fetch together.
typedef struct {
  /// Events begun so far: a sign of life.
  uint64_t count;
  /// Where the newest event is in the ring.
  uint32_t slot;
  /// The thread's id; 0 while unknown.
  int32_t thread;
  /// Where the ring begins, in bytes from the header.
  uint64_t events_offset;
  /// When the process last saw that the thread had done something, in monotonic nanoseconds.
  uint64_t seen_ns;
  /// The key of what was told about the thread last; whoever sets it tells.
  uint64_t told;
  uint64_t unused[11];
} flight_track;

/// What a thread did from one moment to the next: one cache line.
typedef struct {
  /// The number of the event from 1; 0 while it is being written.
  uint64_t sequence;
  uint64_t begin;
  /// 0 while it goes on.
  uint64_t end;
  uint64_t step;
  uint64_t bytes;
  /// The other rank; -1 for none.
  int32_t peer;
  uint16_t operation;
  /// The operation that a wait interrupts; `operation` itself where it is none.
  uint16_t during;
  uint64_t unused[2];
} flight_event;

/// The bytes of a recorder with so many tracks.
size_t flight_byte_count(uint32_t tracks);

/// Makes a recorder in private memory; NULL where there is none.
flight_header *flight_create(uint32_t tracks, uint32_t rank, uint32_t ranks);
void flight_destroy(flight_header *recorder);

/// Moves the recorder to a file, which replaces one that is there; 0, or the system's error number.
///
/// Nothing may be recorded meanwhile.
int flight_move_to_file(flight_header *recorder, const char *path, uint64_t launch);

/// Notes that the calling thread writes a track.
void flight_join(flight_header *recorder, uint32_t track);

/// Ends the track's event and begins the next.
void flight_begin(flight_header *recorder, uint32_t track, uint16_t operation, uint64_t step,
                  uint64_t bytes, int32_t peer);
/// Ends the track's event.
void flight_end(flight_header *recorder, uint32_t track);
/// Begins a wait of the same step, within what the track is doing.
void flight_pause(flight_header *recorder, uint32_t track, uint16_t operation, uint64_t bytes,
                  int32_t peer);
/// Ends a wait, naming the rank that was waited for, and goes on with what it interrupted.
void flight_resume(flight_header *recorder, uint32_t track, int32_t peer);

/// Renews the last moment: the process lives.
void flight_tick(flight_header *recorder);
/// The newest event of a track, as another thread sees it while it may be written.
flight_event flight_newest(const flight_header *recorder, uint32_t track);
/// Notes when the process last saw a track do something.
void flight_note_seen(flight_header *recorder, uint32_t track, uint64_t monotonic_ns);
/// Notes whose message is waited for since when.
void flight_note_wait(flight_header *recorder, int32_t rank, uint64_t since_ns);
/// Notes how the rank ended; the first call counts, and `text` is cut to what there is room for.
void flight_note_end(flight_header *recorder, uint32_t end, const char *text, int32_t culprit);

/// Whether the caller is the first to tell of something about a track of a recorder in a file,
/// perhaps another process's; `key` says of what. True too where that cannot be decided.
bool flight_claim(const char *path, uint32_t track, uint64_t key);

/// From now on SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE and SIGABRT are noted, then do what they do by
/// default. One recorder of a process at a time; NULL lets it rest.
void flight_note_signals(flight_header *recorder);

/// Nanoseconds of the system's monotonic clock.
uint64_t flight_now_ns(void);
/// Nanoseconds since 1970.
uint64_t flight_wall_ns(void);

#endif
