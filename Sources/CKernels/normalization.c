#include "tower.h"
#include "vectors.h"

// The floats of one vector of doubles.
typedef float half_floats __attribute__((vector_size(2 * LANES)));

KERNEL void kernel_add_rows(float *target, const float *source, const float *bias, size_t rows,
                            size_t width) {
  for (size_t row = 0; row < rows; row++, target += width, source += width) {
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
      floats sum, addend, shift;
      load(&sum, target + i);
      load(&addend, source + i);
      load(&shift, bias + i);
      sum = sum + (addend + shift);
      store(target + i, &sum);
    }
    for (; i < width; i++) target[i] = target[i] + (source[i] + bias[i]);
  }
}

// The sum of a row, in double.
INLINE double row_sum(const float *row, size_t width) {
  doubles low = {}, high = {};
  double rest = 0;
  size_t i = 0;
  for (; i + LANES <= width; i += LANES) {
    floats x;
    doubles a, b;
    load(&x, row + i);
    widen_lanes(&x, &a, &b);
    low += a;
    high += b;
  }
  for (; i < width; i++) rest += row[i];
  return sum_lanes(&low, &high) + rest;
}

// The sum of the squared differences of a row from its mean, in double.
INLINE double row_squares(const float *row, double mean, size_t width) {
  doubles low = {}, high = {};
  double rest = 0;
  size_t i = 0;
  for (; i + LANES <= width; i += LANES) {
    floats x;
    doubles a, b;
    load(&x, row + i);
    widen_lanes(&x, &a, &b);
    a = a - mean;
    b = b - mean;
    low += a * a;
    high += b * b;
  }
  for (; i < width; i++) rest += (row[i] - mean) * (row[i] - mean);
  return sum_lanes(&low, &high) + rest;
}

KERNEL void kernel_layer_norm(float *target, const float *source, const float *weight,
                              const float *bias, double epsilon, size_t rows, size_t width) {
  for (size_t row = 0; row < rows; row++, target += width, source += width) {
    const double mean = row_sum(source, width) / (double)width;
    const double variance = row_squares(source, mean, width) / (double)width;
    const double scale = 1 / __builtin_elementwise_sqrt(variance + epsilon);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
      floats x, w, b;
      doubles xs[2], ws[2], bs[2];
      load(&x, source + i);
      load(&w, weight + i);
      load(&b, bias + i);
      widen_lanes(&x, &xs[0], &xs[1]);
      widen_lanes(&w, &ws[0], &ws[1]);
      widen_lanes(&b, &bs[0], &bs[1]);
      for (int half = 0; half < 2; half++) {
        const doubles y = (xs[half] - mean) * scale * ws[half] + bs[half];
        const half_floats rounded = __builtin_convertvector(y, half_floats);
        memcpy(target + i + half * (LANES / 2), &rounded, sizeof rounded);
      }
    }
    for (; i < width; i++) target[i] = (float)((source[i] - mean) * scale * weight[i] + bias[i]);
  }
}
