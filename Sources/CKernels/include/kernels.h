// Row kernels in C. Each is compiled for several processors; which one runs is chosen when the
// program is loaded. Swift sees the functions declared here, through wrappers in
// Sources/Engine/LinearAlgebra and Tensor.
#ifndef ENGINE_KERNELS_H
#define ENGINE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Converts IEEE 754 binary16 numbers, or bfloat16 numbers, of any alignment to float, exactly.
void kernel_widen_f16(const void *source, float *target, size_t count);
void kernel_widen_bf16(const void *source, float *target, size_t count);

// Sums of the elements and of their squares, for each of `rows` rows of `width` elements. All sums
// are of doubles.
void kernel_row_sums(const float *elements, size_t rows, size_t width, double *sums,
                     double *squares);

// The same, summed from the first element to the last: the bits of `kernel_add_to_columns`.
void kernel_row_sums_in_order(const float *elements, size_t rows, size_t width, double *sums,
                              double *squares);

// Adds one element to the sums of each of some columns, and its square to the sums of the squares.
void kernel_add_to_columns(const float *row, size_t columns, double *sums, double *squares);

// The same for `count` rows one after the other, which start `pitch` elements from each other; they
// are copied too, to one place without gaps.
void kernel_copy_and_add_to_columns(const float *rows, size_t pitch, size_t count, size_t columns,
                                    float *target, double *sums, double *squares);

// Replaces a row by row * scale + shift. Returns the sum of its squares, in double.
double kernel_scale_and_shift(float *row, const float *shift, float scale, size_t width);

// What has been found out about a row of cosines, part by part.
typedef struct {
  // The number of cosines, their mean, and the sums of the second, third and fourth powers of
  // their differences from it.
  double count, mean, second, third, fourth;
  // The greatest cosine; over all cosines, with e = scale * (cosine - best), the sum of exp e and
  // the sum of e exp e.
  double best, partition, weighted;
  // How many of the greatest and of the least cosines are kept.
  size_t top_count, bottom_count;
} kernel_reading;

// The most cosines of a part.
#define KERNEL_PART 1024

// Adds the next part of a row of products to a reading: `count` products, from 1 to KERNEL_PART,
// of which the first stands at place `first`.
//
// The products are replaced by 0. cosine = product * factor. The `top_capacity` greatest cosines stand in `top` with their places,
// greatest first, and the `bottom_capacity` least, negated, in `bottom`, least first; equal ones in
// the order of their places.
void kernel_read_part(kernel_reading *reading, float *products, size_t count, float factor,
                      float scale, int32_t first, float *top, int32_t *top_places,
                      size_t top_capacity, float *bottom, int32_t *bottom_places,
                      size_t bottom_capacity);

// result = exp(scale * (sign * cosine - best)) / partition for each of `count` cosines, in double and
// rounded once.
void kernel_probabilities(const float *cosines, size_t count, double sign, double scale, double best,
                          double partition, float *result);

#endif
