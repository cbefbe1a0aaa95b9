// Loops over elements that the compiler vectorizes and that oneDNN does not have.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_philox.h"
#include "ck_reduce.h"

#endif
