// Row kernels of the text tower. Rows stand one after another; a row may have any width.
#ifndef ENGINE_TOWER_H
#define ENGINE_TOWER_H

#include <stddef.h>
#include <stdint.h>

// target = target + (source + bias) for rows [rows, width]; bias [width].
void kernel_add_rows(float *target, const float *source, const float *bias, size_t rows,
                     size_t width);

// target = (source - mean) / sqrt(variance + epsilon) * weight + bias for rows [rows, width]; weight
// and bias [width]. Everything is in double and rounded once. The variance is that of the
// population, in two passes.
void kernel_layer_norm(float *target, const float *source, const float *weight, const float *bias,
                       double epsilon, size_t rows, size_t width);

// elements = f(elements + bias) for rows [rows, width]; bias [width]. With a the sum, f is
// a / (1 + exp(-1.702 a)), a Phi(a), and a / (1 + exp(-2 sqrt(2/pi) (a + 0.044715 a^3))), which is
// a/2 (1 + tanh(...)).
void kernel_quick_gelu(float *elements, const float *bias, size_t rows, size_t width);
void kernel_gelu(float *elements, const float *bias, size_t rows, size_t width);
void kernel_tanh_gelu(float *elements, const float *bias, size_t rows, size_t width);

// Replaces each row of queries [rows, heads * head_width] by what it attends to. The row i sees the
// keys and values whose rows are chains[starts[i]], ..., chains[starts[i + 1] - 1], one at least:
//
//     softmax(scale (query + query_bias) keys^T) values + value_bias, head by head
//
// `scratch` holds as many floats as the longest chain, rounded up to a multiple of 16.
void kernel_attend(float *queries, const float *keys, const float *values, const float *query_bias,
                   const float *value_bias, const int32_t *chains, const ptrdiff_t *starts,
                   size_t rows, size_t heads, size_t head_width, float scale, float *scratch);

#endif
