// MPI is optional: without its header this module is empty and CMPI builds its serial stand-in.
#if __has_include(<mpi.h>)
#include <mpi.h>
#endif
