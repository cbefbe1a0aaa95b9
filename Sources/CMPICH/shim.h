// In place of COpenMPI where the package is built with LOCKSTEP_MPI=mpich.
#include <mpi.h>
