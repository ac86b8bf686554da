#include "kernels.h"
#include "vectors.h"

KERNEL void kernel_row_sums(const float *elements, size_t rows, size_t width, size_t stride,
                            double *sums, double *squares) {
  for (size_t row = 0; row < rows; row++) {
    const float *source = elements + row * stride;
    doubles sum_low = {}, sum_high = {}, square_low = {}, square_high = {};
    doubles low, high;
    floats lanes;
    for (size_t j = 0; j < width; j += LANES) {
      if (j + LANES <= width)
        load(&lanes, source + j);
      else
        load_some(&lanes, source + j, width - j, 0.0f);
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

KERNEL void kernel_column_sums(const float *elements, size_t columns, size_t height, size_t stride,
                               double *sums, double *squares) {
  memset(sums, 0, columns * sizeof(double));
  memset(squares, 0, columns * sizeof(double));
  for (size_t row = 0; row < height; row++) {
    const float *source = elements + row * stride;
#pragma clang loop vectorize(enable)
    for (size_t j = 0; j < columns; j++) {
      const double element = source[j];
      sums[j] += element;
      squares[j] += element * element;
    }
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
