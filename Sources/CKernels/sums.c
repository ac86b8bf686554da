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

// The rows that are added to columns together, while the sums of a few columns are in registers.
#define ROWS_AT_ONCE 8

// How far ahead each row is fetched, in elements: the next lines of so many rows are asked for before
// the processor sees that they are read one after another.
#define FETCHED_AHEAD 128

INLINE void copy_and_add(const float *rows, size_t pitch, size_t count, size_t columns,
                         float *target, double *sums, double *squares) {
  size_t j = 0;
  for (; j + LANES <= columns; j += LANES) {
    doubles sum[2], square[2], low, high;
    floats lanes;
    memcpy(sum, sums + j, sizeof sum);
    memcpy(square, squares + j, sizeof square);
    for (size_t row = 0; row < count; row++) {
      const float *source = rows + row * pitch + j;
      __builtin_prefetch(source + FETCHED_AHEAD);
      load(&lanes, source);
      store(target + row * columns + j, &lanes);
      widen_lanes(&lanes, &low, &high);
      sum[0] += low;
      sum[1] += high;
      square[0] += low * low;
      square[1] += high * high;
    }
    memcpy(sums + j, sum, sizeof sum);
    memcpy(squares + j, square, sizeof square);
  }
  for (; j < columns; j++) {
    for (size_t row = 0; row < count; row++) {
      const double element = target[row * columns + j] = rows[row * pitch + j];
      sums[j] += element;
      squares[j] += element * element;
    }
  }
}

KERNEL void kernel_copy_and_add_to_columns(const float *rows, size_t pitch, size_t count,
                                           size_t columns, float *target, double *sums,
                                           double *squares) {
  size_t row = 0;
  for (; row + ROWS_AT_ONCE <= count; row += ROWS_AT_ONCE)
    copy_and_add(rows + row * pitch, pitch, ROWS_AT_ONCE, columns, target + row * columns, sums,
                 squares);
  copy_and_add(rows + row * pitch, pitch, count - row, columns, target + row * columns, sums,
               squares);
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
