// Scores of labels that are affine in products, for rows of products.
#ifndef ENGINE_SCORES_H
#define ENGINE_SCORES_H

#include <stddef.h>
#include <stdint.h>

// A row of scores:
//
//     score[j] = slopes[j] * (factor * products[j]) - shift * shifts[j] + constants[j]
//
// Writes the greatest score of `count` labels and returns its label, of equal ones the first; -INFINITY
// and -1 if no score is greater than -INFINITY.
int32_t kernel_best_score(const float *products, const float *slopes, const float *shifts,
                          const float *constants, float factor, float shift, size_t count,
                          float *best);

// How many scores of a row exceed `bound`.
size_t kernel_scores_above(const float *products, const float *slopes, const float *shifts,
                           const float *constants, float factor, float shift, size_t count,
                           float bound);

// The scores of a row.
void kernel_scores(const float *products, const float *slopes, const float *shifts,
                   const float *constants, float factor, float shift, size_t count, float *scores);

// target[j] = exp(scale * (source[j] - offset)) for a row; scale * (source[j] - offset) may not exceed
// 88. Returns the sum, in double.
double kernel_exponentials(const float *source, float scale, float offset, size_t count,
                           float *target);

// The sum of 1 / (1 + exp(-(scale * source[j] + bias))) over a row, in double, scale > 0; `above` receives
// how many terms exceed 1/2.
double kernel_sigmoid_sum(const float *source, float scale, float bias, size_t count, size_t *above);

#endif
