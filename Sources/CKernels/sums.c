#include "kernels.h"
#include "vectors.h"

KERNEL void kernel_row_sums(const float *elements, size_t rows, size_t width, double *sums,
                            double *squares) {
  for (size_t row = 0; row < rows; row++) {
    const float *source = elements + row * width;
    doubles sum_low = {}, sum_high = {}, square_low = {}, square_high = {};
    doubles low, high;
    floats lanes;
    for (size_t j = 0; j < width; j += LANES) {
      if (j + LANES <= width)
        load(&lanes, source + j);
      else
        load_some(&lanes, source + j, width - j, 0.0f);
      // The next row is often a page of its own, where the processor does not look ahead.
      __builtin_prefetch(source + width + j);
      widen_lanes(&lanes, &low, &high);
      sum_low += low;
      sum_high += high;
      square_low += low * low;
      square_high += high * high;
    }
    sums[row] = sum_lanes(&sum_low, &sum_high);
    squares[row] = sum_lanes(&square_low, &square_high);
  }
}

KERNEL void kernel_row_sums_in_order(const float *elements, size_t rows, size_t width, double *sums,
                                     double *squares) {
  for (size_t row = 0; row < rows; row += LANES / 2) {
    const float *source = elements + row * width;
    const size_t used = rows - row < LANES / 2 ? rows - row : LANES / 2;
    doubles sum = {}, square = {}, lanes = {};
    for (size_t j = 0; j < width; j++) {
      for (size_t lane = 0; lane < used; lane++) lanes[lane] = source[lane * width + j];
      sum += lanes;
      square += lanes * lanes;
    }
    memcpy(sums + row, &sum, used * sizeof(double));
    memcpy(squares + row, &square, used * sizeof(double));
  }
}

KERNEL void kernel_add_to_columns(const float *row, size_t columns, double *sums,
                                  double *squares) {
#pragma clang loop vectorize(enable)
  for (size_t j = 0; j < columns; j++) {
    const double element = row[j];
    sums[j] += element;
    squares[j] += element * element;
  }
}

KERNEL double kernel_scale_and_shift(float *row, const float *shift, float scale, size_t width) {
  doubles square_low = {}, square_high = {}, low, high;
  floats lanes, shifts;
  for (size_t j = 0; j < width; j += LANES) {
    const size_t count = width - j < LANES ? width - j : LANES;
    if (count == LANES) {
      load(&lanes, row + j);
      load(&shifts, shift + j);
    } else {
      load_some(&lanes, row + j, count, 0.0f);
      load_some(&shifts, shift + j, count, 0.0f);
    }
    lanes = lanes * scale + shifts;
    memcpy(row + j, &lanes, count * sizeof(float));
    widen_lanes(&lanes, &low, &high);
    square_low += low * low;
    square_high += high * high;
  }
  return sum_lanes(&square_low, &square_high);
}
