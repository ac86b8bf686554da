// Row kernels in C. Each is compiled for several processors; which one runs is chosen when the
// program is loaded. Swift sees the functions declared here, through wrappers in
// Sources/Engine/LinearAlgebra.
#ifndef ENGINE_KERNELS_H
#define ENGINE_KERNELS_H

#include <stddef.h>

// Replaces each element by its exponential; relative error under 2e-7. Elements under -87 give 0;
// none may exceed 88.
void kernel_exp(float *elements, size_t count);

#endif
