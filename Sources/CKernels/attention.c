#include "tower.h"
#include "vectors.h"

// The sum of all lanes, in one order on every processor.
INLINE float lane_sum(const floats *v) {
  float s[8];
  for (int i = 0; i < 8; i++) s[i] = (*v)[i] + (*v)[i + 8];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

// The inner product of two vectors. Float is enough: a score is a difference of a few units in an
// exponent, and its error that of the query it is made of.
INLINE float dot(const float *a, const float *b, size_t width) {
  floats sum = {}, x, y;
  size_t i = 0;
  for (; i + LANES <= width; i += LANES) {
    load(&x, a + i);
    load(&y, b + i);
    sum += x * y;
  }
  if (i < width) {
    load_some(&x, a + i, width - i, 0);
    load_some(&y, b + i, width - i, 0);
    sum += x * y;
  }
  return lane_sum(&sum);
}

// Replaces scores [count] by their exponentials relative to the greatest, and returns one over
// their sum, which is kept in double. A score that is not finite makes it NaN.
INLINE float softmax_weights(float *scores, size_t count) {
  float greatest = scores[0], taint = 0;
  for (size_t j = 0; j < count; j++) {
    greatest = scores[j] > greatest ? scores[j] : greatest;
    taint += scores[j] * 0.0f;
  }
  double sum = 0;
  for (size_t j = 0; j < count; j += LANES) {
    const size_t used = count - j < LANES ? count - j : LANES;
    floats lanes;
    load_some(&lanes, scores + j, used, greatest);
    lanes -= greatest;
    exponentiate(&lanes);
    store(scores + j, &lanes);
    for (size_t lane = 0; lane < used; lane++) sum += scores[j + lane];
  }
  return (float)(1 / sum) + taint;
}

// The rows of one chain: `count` rows of `stride` floats each, from `rows` on.
typedef struct {
  const float *rows;
  const int32_t *chain;
  size_t count, stride;
} linked_rows;

// Sums weight * row over the lanes of a chain's rows from `offset` on, up to LANES of them, in
// float: chains have at most some hundred rows, as the sums of the products around it have terms.
INLINE void weighted_sum(floats *sum, const linked_rows *values, const float *weights,
                         size_t offset, size_t used) {
  floats value, total = {};
  for (size_t j = 0; j < values->count; j++) {
    const float *row = values->rows + (size_t)values->chain[j] * values->stride + offset;
    if (used == LANES) {
      load(&value, row);
    } else {
      load_some(&value, row, used, 0);
    }
    total += value * weights[j];
  }
  *sum = total;
}

KERNEL void kernel_attend(float *queries, const float *keys, const float *values,
                          const float *query_bias, const float *value_bias, const int32_t *chains,
                          const ptrdiff_t *starts, size_t rows, size_t heads, size_t head_width,
                          float scale, float *scratch) {
  const size_t width = heads * head_width;
  for (size_t row = 0; row < rows; row++, queries += width) {
    const int32_t *chain = chains + starts[row];
    const size_t count = (size_t)(starts[row + 1] - starts[row]);
    const linked_rows seen = {values, chain, count, width};
    for (size_t i = 0; i < width; i++) queries[i] = (queries[i] + query_bias[i]) * scale;
    for (size_t first = 0; first < width; first += head_width) {
      for (size_t j = 0; j < count; j++) {
        scratch[j] = dot(queries + first, keys + (size_t)chain[j] * width + first, head_width);
      }
      const float factor = softmax_weights(scratch, count);
      for (size_t i = 0; i < head_width; i += LANES) {
        const size_t used = head_width - i < LANES ? head_width - i : LANES;
        floats sum, shift;
        weighted_sum(&sum, &seen, scratch, first + i, used);
        load_some(&shift, value_bias + first + i, used, 0);
        sum = sum * factor + shift;
        memcpy(queries + first + i, &sum, used * sizeof(float));
      }
    }
  }
}
