// The handles behind CMPI.h. Without MPI its own types are left out; every handle is then serial.
#ifndef CMPI_TYPES_H
#define CMPI_TYPES_H

#if __has_include(<mpi.h>)
#include <mpi.h>
#define CMPI_WITH_MPI 1
#else
#define CMPI_WITH_MPI 0
#endif

#include "CMPI.h"

struct cmpi_comm {
  bool serial, crowded;
  int rank, size;
  size_t piece;
#if CMPI_WITH_MPI
  MPI_Comm handle;
#endif
};

struct cmpi_window {
  void *memory;
  /// The stand-in's mapping.
  size_t mapped;
#if CMPI_WITH_MPI
  MPI_Win handle;
#endif
};

struct cmpi_requests {
  size_t count, capacity;
#if CMPI_WITH_MPI
  MPI_Request *handles;
  /// The other side of each message.
  int *peers;
#endif
};


#endif
