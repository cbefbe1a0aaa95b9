// Messages and collectives on bytes of any count: what exceeds a piece travels as several, which
// both sides cut alike; MPI keeps messages of one sender, receiver and tag in order.
#include "cmpi_types.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

int cmpi_barrier(cmpi_comm *comm) {
#if CMPI_WITH_MPI
  if (!comm->serial) {
    cmpi_begin_wait(comm, -1);
    int code = MPI_Barrier(comm->handle);
    cmpi_end_wait();
    return code;
  }
#endif
  (void)comm;
  return 0;
}

int cmpi_broadcast(cmpi_comm *comm, void *bytes, size_t count, int root) {
#if CMPI_WITH_MPI
  int code = 0;
  if (!comm->serial) cmpi_begin_wait(comm, comm->rank == root ? -1 : root);
  for (size_t done = 0; done < count && !comm->serial && !code;) {
    size_t piece = count - done < comm->piece ? count - done : comm->piece;
    code = MPI_Bcast((char *)bytes + done, (int)piece, MPI_BYTE, root, comm->handle);
    done += piece;
  }
  cmpi_end_wait();
  return code;
#else
  (void)comm, (void)bytes, (void)count, (void)root;
  return 0;
#endif
}

int cmpi_sum_f32(cmpi_comm *comm, float *values, size_t count) {
#if CMPI_WITH_MPI
  const size_t most = comm->piece / sizeof(float) ? comm->piece / sizeof(float) : 1;
  int code = 0;
  if (!comm->serial) cmpi_begin_wait(comm, -1);
  for (size_t done = 0; done < count && !comm->serial && !code;) {
    size_t piece = count - done < most ? count - done : most;
    code = MPI_Allreduce(MPI_IN_PLACE, values + done, (int)piece, MPI_FLOAT, MPI_SUM, comm->handle);
    done += piece;
  }
  cmpi_end_wait();
  return code;
#else
  (void)comm, (void)values, (void)count;
  return 0;
#endif
}

cmpi_requests *cmpi_requests_create(void) { return calloc(1, sizeof(cmpi_requests)); }

void cmpi_requests_destroy(cmpi_requests *set) {
#if CMPI_WITH_MPI
  free(set->handles);
  free(set->peers);
#endif
  free(set);
}

#if CMPI_WITH_MPI
/// The next free handle of a set, which grows as needed; NULL without memory.
static MPI_Request *next_handle(cmpi_requests *set, int peer) {
  if (set->count == set->capacity) {
    size_t capacity = set->capacity ? 2 * set->capacity : 16;
    MPI_Request *handles = realloc(set->handles, capacity * sizeof *handles);
    if (handles) set->handles = handles;
    int *peers = realloc(set->peers, capacity * sizeof *peers);
    if (peers) set->peers = peers;
    if (!handles || !peers) return NULL;
    set->capacity = capacity;
  }
  set->peers[set->count] = peer;
  return &set->handles[set->count];
}
#endif

int cmpi_send(cmpi_comm *comm, cmpi_requests *set, const void *bytes, size_t count, int peer,
              int tag) {
#if CMPI_WITH_MPI
  if (comm->serial) return MPI_ERR_RANK;
  for (size_t done = 0; done < count;) {
    size_t piece = count - done < comm->piece ? count - done : comm->piece;
    MPI_Request *handle = next_handle(set, peer);
    if (!handle) return CMPI_NO_MEMORY;
    int code = MPI_Isend((const char *)bytes + done, (int)piece, MPI_BYTE, peer, tag, comm->handle,
                         handle);
    if (code) return code;
    set->count++;
    done += piece;
  }
  return 0;
#else
  (void)comm, (void)set, (void)bytes, (void)count, (void)peer, (void)tag;
  return CMPI_NO_MPI;
#endif
}

int cmpi_receive(cmpi_comm *comm, cmpi_requests *set, void *bytes, size_t count, int peer,
                 int tag) {
#if CMPI_WITH_MPI
  if (comm->serial) return MPI_ERR_RANK;
  for (size_t done = 0; done < count;) {
    size_t piece = count - done < comm->piece ? count - done : comm->piece;
    MPI_Request *handle = next_handle(set, peer);
    if (!handle) return CMPI_NO_MEMORY;
    int code = MPI_Irecv((char *)bytes + done, (int)piece, MPI_BYTE, peer, tag, comm->handle,
                         handle);
    if (code) return code;
    set->count++;
    done += piece;
  }
  return 0;
#else
  (void)comm, (void)set, (void)bytes, (void)count, (void)peer, (void)tag;
  return CMPI_NO_MPI;
#endif
}

#if CMPI_WITH_MPI
static uint64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

/// A wait that takes long: makes known for whom, and ends it at its limit.
static int look_around(const cmpi_comm *comm, cmpi_requests *set, uint64_t waited_ms,
                       uint32_t stall_ms, int *missing) {
  int code = cmpi_missing(set, missing);
  if (code) return code;
  cmpi_begin_wait(comm, *missing);
  return stall_ms && waited_ms > stall_ms ? CMPI_STALLED : 0;
}

/// What a poll without success does next: nothing for some microseconds, then it lets others run.
static void relax(uint32_t round, bool crowded) {
  struct timespec nap = {.tv_sec = 0, .tv_nsec = 50000};
  if (crowded && round > 200) {
    nanosleep(&nap, NULL);
  } else if (crowded || round > 50) {
    sched_yield();
  }
}
#endif

int cmpi_test(cmpi_requests *set, bool *done) {
  *done = true;
#if CMPI_WITH_MPI
  if (set->count == 0) return 0;
  int all = 0;
  int code = MPI_Testall((int)set->count, set->handles, &all, MPI_STATUSES_IGNORE);
  if (code) return code;
  *done = all;
  if (all) set->count = 0;
#else
  (void)set;
#endif
  return 0;
}

int cmpi_missing(cmpi_requests *set, int *missing) {
  *missing = -1;
#if CMPI_WITH_MPI
  for (size_t index = 0; index < set->count; index++) {
    int done = 0;
    int code = MPI_Test(&set->handles[index], &done, MPI_STATUS_IGNORE);
    if (code) return code;
    if (!done) {
      *missing = set->peers[index];
      return 0;
    }
  }
#else
  (void)set;
#endif
  return 0;
}

int cmpi_wait(const cmpi_comm *comm, cmpi_requests *set, uint32_t stall_ms, int *missing) {
#if CMPI_WITH_MPI
  uint64_t start = 0, looked = 0;
  int code = 0, peer = -1;
  for (uint32_t round = 0; set->count && !code; round++) {
    int all = 0;
    code = MPI_Testall((int)set->count, set->handles, &all, MPI_STATUSES_IGNORE);
    if (all) set->count = 0;
    if (code || all) break;
    relax(round, comm->crowded);
    if (round % 1024 != 1023) continue;
    uint64_t now = now_ms();
    if (start == 0) start = looked = now;
    if (now - looked < 100) continue;
    looked = now;
    code = look_around(comm, set, now - start, stall_ms, &peer);
  }
  if (start) cmpi_end_wait();
  if (code == CMPI_STALLED) *missing = peer;
  return code;
#else
  (void)comm, (void)set, (void)stall_ms, (void)missing;
  return 0;
#endif
}
