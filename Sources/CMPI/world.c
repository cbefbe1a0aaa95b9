// Start, end, errors and communicators.
#include "cmpi_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cmpi_is_built_in(void) { return CMPI_WITH_MPI; }

bool cmpi_is_launched(void) {
  return getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMIX_RANK") || getenv("PMI_RANK");
}

/// Whether srun started several tasks without telling MPI: each would then train alone.
static bool is_left_alone(void) {
  const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
  return !cmpi_is_launched() && getenv("SLURM_PROCID") && tasks && atoi(tasks) > 1;
}

/// Chooses of Open MPI's transports what suits; what the user has set stays.
///
/// Where all ranks share this machine it need not look for network hardware: its search through UCX and
/// libfabric takes 0.2 s of every start. Between machines its TCP transport writes large messages into
/// the receiver's memory piece by piece on the receiver's demand, which moves both directions of a link
/// by turns: of 119 MB/s each way 60 are left. Without that (flags SEND alone) both run at full rate.
static void prefer_transports(void) {
  const char *all = getenv("OMPI_COMM_WORLD_SIZE"), *local = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  if (!all || !local) return;
  if (strcmp(all, local) != 0) {
    setenv("OMPI_MCA_btl_tcp_flags", "1", 0);
  } else if (!getenv("OMPI_MCA_pml") && !getenv("OMPI_MCA_btl")) {
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_btl", "self,vader", 0);
  }
}

static cmpi_comm *make_comm(void) {
  cmpi_comm *comm = calloc(1, sizeof *comm);
  if (!comm) return NULL;
  comm->serial = true;
  comm->size = 1;
  // Counts are 32-bit in MPI 3; a power of two keeps pieces aligned.
  comm->piece = (size_t)1 << 30;
  return comm;
}

#if CMPI_WITH_MPI
/// Fills a communicator from MPI's handle, which from now on returns errors rather than ending the
/// job.
static int adopt(cmpi_comm *comm, MPI_Comm handle) {
  comm->serial = false;
  comm->handle = handle;
  int code = MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN);
  if (!code) code = MPI_Comm_rank(handle, &comm->rank);
  if (!code) code = MPI_Comm_size(handle, &comm->size);
  return code;
}
#endif

void cmpi_library(char *text, size_t capacity) {
  if (capacity) text[0] = 0;
#if CMPI_WITH_MPI
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  if (MPI_Get_library_version(version, &length) == 0) snprintf(text, capacity, "%s", version);
#endif
}

int cmpi_start(cmpi_comm **world) {
  cmpi_comm *comm = make_comm();
  if (!comm) return CMPI_NO_MEMORY;
  int code = 0;
  if (is_left_alone()) code = CMPI_ALONE;
  if (!code && cmpi_is_launched()) {
#if CMPI_WITH_MPI
    int ended = 0, started = 0, provided = MPI_THREAD_SINGLE;
    MPI_Finalized(&ended);
    MPI_Initialized(&started);
    if (ended) code = CMPI_ALREADY_ENDED;
    if (!code && !started) prefer_transports();
    if (!code && !started) code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
    if (!code && started) code = MPI_Query_thread(&provided);
    if (!code && provided < MPI_THREAD_SERIALIZED) code = CMPI_NO_THREADS;
    // Errors without a communicator of their own, as in MPI_Type_* or MPI_Testall, come to SELF.
    if (!code) code = MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    if (!code) code = adopt(comm, MPI_COMM_WORLD);
#else
    code = CMPI_NO_MPI;
#endif
  }
  if (code) {
    free(comm);
    comm = NULL;
  }
  *world = comm;
  return code;
}

int cmpi_end(cmpi_comm *world) {
  int code = 0;
#if CMPI_WITH_MPI
  if (!world->serial) code = MPI_Finalize();
#endif
  free(world);
  return code;
}

void cmpi_abort(int code) {
#if CMPI_WITH_MPI
  int started = 0, ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  if (started && !ended) MPI_Abort(MPI_COMM_WORLD, code);
#endif
  _Exit(code);
}

void cmpi_error_text(int code, char *text, size_t capacity) {
  switch (code) {
  case CMPI_NO_MEMORY:
    snprintf(text, capacity, "out of memory");
    return;
  case CMPI_NO_SHARED_MEMORY:
    snprintf(text, capacity, "too little shared memory");
    return;
  case CMPI_NO_MPI:
    snprintf(text, capacity, "started by a launcher, but built without MPI");
    return;
  case CMPI_ALREADY_ENDED:
    snprintf(text, capacity, "MPI was ended before in this process and cannot start again");
    return;
  case CMPI_ALONE:
    snprintf(text, capacity, "srun started several tasks, but not as ranks of one MPI job");
    return;
  case CMPI_NO_THREADS:
    snprintf(text, capacity, "this MPI serves one thread alone, MPI_THREAD_SERIALIZED is needed");
    return;
  case CMPI_STALLED:
    snprintf(text, capacity, "no message within the time limit");
    return;
  }
  snprintf(text, capacity, "MPI error %d", code);
#if CMPI_WITH_MPI
  char message[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (MPI_Error_string(code, message, &length) == 0) snprintf(text, capacity, "%s", message);
#endif
}

int cmpi_rank(const cmpi_comm *comm) { return comm->rank; }

int cmpi_size(const cmpi_comm *comm) { return comm->size; }

bool cmpi_is_serial(const cmpi_comm *comm) { return comm->serial; }

void cmpi_set_piece(cmpi_comm *comm, size_t bytes) { comm->piece = bytes; }

void cmpi_set_crowded(cmpi_comm *comm, bool crowded) { comm->crowded = crowded; }

/// The communicator of the ranks on this one's node, or else of those with its color.
static int split(cmpi_comm *comm, bool by_node, int color, int key, cmpi_comm **part) {
  cmpi_comm *result = make_comm();
  if (!result) return CMPI_NO_MEMORY;
  int code = 0;
  result->crowded = comm->crowded;
  result->piece = comm->piece;
#if CMPI_WITH_MPI
  if (!comm->serial) {
    MPI_Comm handle;
    code = by_node ? MPI_Comm_split_type(comm->handle, MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL,
                                         &handle)
                   : MPI_Comm_split(comm->handle, color, key, &handle);
    if (!code) code = adopt(result, handle);
  }
#else
  (void)by_node, (void)color, (void)key;
#endif
  if (code) {
    free(result);
    result = NULL;
  }
  *part = result;
  return code;
}

int cmpi_split_node(cmpi_comm *comm, cmpi_comm **node) {
  return split(comm, true, 0, comm->rank, node);
}

int cmpi_split(cmpi_comm *comm, int color, int key, cmpi_comm **part) {
  return split(comm, false, color, key, part);
}

int cmpi_free(cmpi_comm *comm) {
  int code = 0;
#if CMPI_WITH_MPI
  if (!comm->serial) code = MPI_Comm_free(&comm->handle);
#endif
  free(comm);
  return code;
}
