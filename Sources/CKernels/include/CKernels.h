// Loops over elements that the compiler vectorizes and that oneDNN does not have.
//
// All buffers are row-major, and float32 unless a kernel says otherwise; counts are elements.
// `ck_clones.h` says how one binary gets the best of each CPU and the same bits from all.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_activation.h"
#include "ck_batch_norm.h"
#include "ck_bfloat16.h"
#include "ck_attention.h"
#include "ck_combine.h"
#include "ck_data.h"
#include "ck_dropout.h"
#include "ck_embedding.h"
#include "ck_instruction_set.h"
#include "ck_layer_norm.h"
#include "ck_layerwise.h"
#include "ck_loss.h"
#include "ck_optimizer.h"
#include "ck_philox.h"
#include "ck_recurrent.h"
#include "ck_pool.h"
#include "ck_reduce.h"
#include "ck_rows.h"
#include "ck_winograd.h"

#endif
