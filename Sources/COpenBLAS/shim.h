// OpenBLAS as Swift sees it. On Debian, cblas.h is OpenBLAS's own header only where
// its alternative is selected; the functions that are not part of the CBLAS interface are
// therefore declared here, with the signatures of OpenBLAS 0.3.
#include <cblas.h>

char *openblas_get_config(void);
char *openblas_get_corename(void);
void openblas_set_num_threads(int num_threads);

// Forget and choose the kernels. Null in libraries built for one processor only.
__attribute__((weak)) void gotoblas_dynamic_quit(void);
__attribute__((weak)) void gotoblas_dynamic_init(void);

// Ends the library's own threads, which it starts again when it needs them. Null in libraries
// without threads.
__attribute__((weak)) int blas_thread_shutdown_(void);

static inline void openblas_end_threads(void) {
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}

// Has OpenBLAS choose its kernels again; 0 if it cannot.
static inline int openblas_choose_again(void) {
  if (!gotoblas_dynamic_quit || !gotoblas_dynamic_init) return 0;
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  return 1;
}
