// Normalization of each channel over the rows to mean 0 and variance 1, then a weight and a bias.
//
// x, y, their gradients and `addend` are [rows, channels] of the given type; everything else is
// float32, [channels]. Sums run over blocks of rows: in float32 and in fixed order within a block,
// in double from block to block.
#ifndef CK_BATCH_NORM_H
#define CK_BATCH_NORM_H

#include "ck_bfloat16.h"

/// The mean of each channel, the factor 1 / sqrt(variance + epsilon) that it is normalized with, of
/// the biased variance, and the unbiased variance that running averages are made of.
///
/// Distances are taken from the mean of the rows before, so that no offset, however large, drowns
/// the variance. At least 2 rows.
void ck_batch_norm_statistics(ck_element_type type, const void *x, float epsilon, float *mean,
                              float *factor, float *unbiased_variance, size_t rows,
                              size_t channels);

/// y = (x - mean) * factor * weight + bias, plus `addend` unless that is NULL, then ReLU where asked
/// for, which leaves NaN what it is. In place (y == x or y == addend) allowed.
void ck_batch_norm_apply(ck_element_type type, bool relu, const void *x, const void *addend,
                         const float *mean, const float *factor, const float *weight,
                         const float *bias, void *y, size_t rows, size_t channels);

/// factor = 1 / sqrt(variance + epsilon), for variances that are given.
void ck_batch_norm_factors(const float *variance, float epsilon, float *factor, size_t channels);

/// dx, dweight and dbias of ck_batch_norm_statistics followed by ck_batch_norm_apply.
///
/// With a ReLU `y` is the output, and elements where that is not above 0 pass no gradient; without
/// one it is NULL. `daddend` takes the gradient of the addend, which is dy behind the ReLU. dx and
/// daddend may each be NULL, and one of them may be dy; neither may be x or y.
void ck_batch_norm_backward(ck_element_type type, const void *x, const void *y, const float *mean,
                            const float *factor, const float *weight, const void *dy, void *dx,
                            void *daddend, float *dweight, float *dbias, size_t rows,
                            size_t channels);

#endif
