// MPI as functions: what Swift cannot see of it are macros, handles and 32-bit counts.
//
// Every function returns an MPI error code, 0 for success, unless said otherwise. Where the process
// was not started by a launcher, or MPI was absent when this was compiled, a serial stand-in serves
// rank 0 of 1: starting MPI alone takes a tenth of a second, and a single rank needs nothing of it.
//
// One thread at a time calls what is here (MPI_THREAD_SERIALIZED): the one that called `cmpi_start`,
// or one that it has handed messages to and waits for. Only `cmpi_abort` and `cmpi_current_wait` are
// for any thread: that one may be what hangs.
#ifndef CMPI_H
#define CMPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cmpi_comm cmpi_comm;
typedef struct cmpi_window cmpi_window;
typedef struct cmpi_requests cmpi_requests;

/// Codes of this shim itself, outside the range of MPI's own.
enum {
  CMPI_NO_MEMORY = -1001,
  CMPI_NO_SHARED_MEMORY = -1002,
  CMPI_NO_MPI = -1003,
  CMPI_ALREADY_ENDED = -1004,
  CMPI_ALONE = -1005,
  CMPI_STALLED = -1006,
  CMPI_NO_THREADS = -1007,
};

/// Whether MPI was there when this was compiled.
bool cmpi_is_built_in(void);
/// Whether the environment says that a launcher started this process as one of its ranks.
bool cmpi_is_launched(void);
/// The library's name and version: `Open MPI v4.1.4 …`; empty for the stand-in.
void cmpi_library(char *text, size_t capacity);

/// Starts MPI, unless not launched, and gives the communicator of all ranks.
int cmpi_start(cmpi_comm **world);
/// Ends MPI and frees the communicator of all ranks. Collective.
int cmpi_end(cmpi_comm *world);
/// Ends all ranks at once with an exit code; does not return.
_Noreturn void cmpi_abort(int code);
/// The text of an error code, one line.
void cmpi_error_text(int code, char *text, size_t capacity);

int cmpi_rank(const cmpi_comm *comm);
int cmpi_size(const cmpi_comm *comm);
/// Whether the stand-in serves this communicator.
bool cmpi_is_serial(const cmpi_comm *comm);
/// The largest message, in bytes; longer ones travel in pieces. Tests make it small.
void cmpi_set_piece(cmpi_comm *comm, size_t bytes);

/// Whether waiting naps rather than keeps its core: set where threads are more than cores.
void cmpi_set_crowded(cmpi_comm *comm, bool crowded);

/// The communicator of the ranks that can share memory with this one. Collective.
int cmpi_split_node(cmpi_comm *comm, cmpi_comm **node);
/// The communicator of the ranks that give the same color, in order of their keys. Collective.
int cmpi_split(cmpi_comm *comm, int color, int key, cmpi_comm **part);
int cmpi_free(cmpi_comm *comm);

/// Returns when all ranks have called it. Collective.
int cmpi_barrier(cmpi_comm *comm);
/// Copies the root's bytes to all. Collective.
int cmpi_broadcast(cmpi_comm *comm, void *bytes, size_t count, int root);

/// Adds floats of all ranks, in place, in an order that MPI chooses. Collective.
int cmpi_sum_f32(cmpi_comm *comm, float *values, size_t count);

/// A growable set of messages on their way.
cmpi_requests *cmpi_requests_create(void);
void cmpi_requests_destroy(cmpi_requests *set);
/// Starts a message; the bytes stay untouched until the set is complete. `peer` is another rank.
int cmpi_send(cmpi_comm *comm, cmpi_requests *set, const void *bytes, size_t count, int peer,
              int tag);
/// Starts receiving a message of exactly so many bytes.
int cmpi_receive(cmpi_comm *comm, cmpi_requests *set, void *bytes, size_t count, int peer,
                 int tag);
/// Looks whether all messages of the set have arrived, and moves messages on; then it is empty again.
int cmpi_test(cmpi_requests *set, bool *done);
/// The other side of a message of the set that is not complete; -1 where all are.
int cmpi_missing(cmpi_requests *set, int *missing);
/// Waits until all messages of the set have arrived; then the set is empty again.
///
/// Polls, since MPI moves nothing unless it is called: in a loop, then yielding, and where it is
/// crowded napping. `stall_ms` above 0 limits the wait; then `*missing` is a rank not heard of.
int cmpi_wait(const cmpi_comm *comm, cmpi_requests *set, uint32_t stall_ms, int *missing);

/// What the thread that calls MPI waits for; any thread may ask.
typedef struct {
  /// Since when, in nanoseconds of the monotonic clock; 0: it does not wait, or not for long yet.
  uint64_t since_ns;
  /// A rank of all that is not heard of; -1 where the library does not tell, as in collectives.
  int rank;
} cmpi_pending;
cmpi_pending cmpi_current_wait(void);

/// Allocates zeroed memory that all ranks of a node share. Collective.
///
/// The first rank's choice of `bytes` counts; without a node the memory is private. With
/// CMPI_NO_SHARED_MEMORY, `*available` is what the shared-memory file system has left.
int cmpi_window_create(cmpi_comm *node, size_t bytes, cmpi_window **window, size_t *available);
/// The memory, aligned to 4096 bytes.
void *cmpi_window_memory(const cmpi_window *window);
/// Frees the memory. Collective.
int cmpi_window_free(cmpi_window *window);

/// Notes that a wait has begun for a rank of a communicator, -1 for one that is not known.
void cmpi_begin_wait(const cmpi_comm *comm, int peer);
/// Notes that it is over.
void cmpi_end_wait(void);

#endif
