#include "CKernelsLevels.h"
