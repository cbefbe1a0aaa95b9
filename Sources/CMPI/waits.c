// What this process waits for, for a thread that watches. One thread calls MPI, so there is one wait.
#include "cmpi_types.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic uint64_t since_ns;
static _Atomic int rank_waited_for;

#if CMPI_WITH_MPI
/// The number that a rank of a communicator has among all.
static int rank_of_all(const cmpi_comm *comm, int peer) {
  MPI_Group own, all;
  int rank = -1;
  // A rank that is none is for the call itself to refuse.
  if (peer < 0 || peer >= comm->size || MPI_Comm_group(comm->handle, &own)) return -1;
  if (MPI_Comm_group(MPI_COMM_WORLD, &all) == 0) {
    if (MPI_Group_translate_ranks(own, 1, &peer, all, &rank)) rank = -1;
    MPI_Group_free(&all);
  }
  MPI_Group_free(&own);
  return rank;
}
#endif

void cmpi_begin_wait(const cmpi_comm *comm, int peer) {
#if CMPI_WITH_MPI
  atomic_store(&rank_waited_for, rank_of_all(comm, peer));
#else
  (void)comm, (void)peer;
#endif
  if (atomic_load(&since_ns)) return;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  atomic_store(&since_ns, (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec);
}

void cmpi_end_wait(void) { atomic_store(&since_ns, 0); }

cmpi_pending cmpi_current_wait(void) {
  return (cmpi_pending){.since_ns = atomic_load(&since_ns), .rank = atomic_load(&rank_waited_for)};
}
