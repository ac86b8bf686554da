// OpenBLAS as Swift sees it. On Debian, cblas.h is OpenBLAS's own header only where
// its alternative is selected; the functions that are not part of the CBLAS interface are
// therefore declared here, with the signatures of OpenBLAS 0.3.
#include <cblas.h>
#include <stddef.h>

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

// LAPACK, which OpenBLAS brings along. It takes all arguments by address, and behind them the
// lengths of the texts among them. Each of these returns the routine's status.
void dsyevd_(const char *, const char *, const blasint *, double *, const blasint *, double *,
             double *, const blasint *, blasint *, const blasint *, blasint *, size_t, size_t);
void dpotrf_(const char *, const blasint *, double *, const blasint *, blasint *, size_t);
void dpotrs_(const char *, const blasint *, const blasint *, const double *, const blasint *,
             double *, const blasint *, blasint *, size_t);
void dgeqrf_(const blasint *, const blasint *, double *, const blasint *, double *, double *,
             const blasint *, blasint *);
void dorgqr_(const blasint *, const blasint *, const blasint *, double *, const blasint *,
             const double *, double *, const blasint *, blasint *);
void dgesdd_(const char *, const blasint *, const blasint *, double *, const blasint *, double *,
             double *, const blasint *, double *, const blasint *, double *, const blasint *,
             blasint *, blasint *, size_t);

// What is the upper triangle to LAPACK is the lower one of a matrix stored row by row.
static inline blasint lapack_symmetric_eigen(blasint n, double *a, double *values, double *work,
                                             blasint work_count, blasint *integer_work,
                                             blasint integer_work_count) {
  blasint status = 0;
  dsyevd_("V", "U", &n, a, &n, values, work, &work_count, integer_work, &integer_work_count,
          &status, 1, 1);
  return status;
}

static inline blasint lapack_cholesky(blasint n, double *a) {
  blasint status = 0;
  dpotrf_("U", &n, a, &n, &status, 1);
  return status;
}

static inline blasint lapack_cholesky_solve(blasint n, blasint count, const double *factor,
                                            double *b) {
  blasint status = 0;
  dpotrs_("U", &n, &count, factor, &n, b, &n, &status, 1);
  return status;
}

static inline blasint lapack_qr(blasint rows, blasint columns, double *a, double *scales,
                                double *work, blasint work_count) {
  blasint status = 0;
  dgeqrf_(&rows, &columns, a, &rows, scales, work, &work_count, &status);
  return status;
}

static inline blasint lapack_qr_basis(blasint rows, blasint columns, double *a,
                                      const double *scales, double *work, blasint work_count) {
  blasint status = 0;
  dorgqr_(&rows, &columns, &columns, a, &rows, scales, work, &work_count, &status);
  return status;
}

static inline blasint lapack_singular_values(blasint rows, blasint columns, double *a,
                                             double *values, double *left, double *right,
                                             double *work, blasint work_count,
                                             blasint *integer_work) {
  blasint status = 0;
  blasint least = rows < columns ? rows : columns;
  dgesdd_("S", &rows, &columns, a, &rows, values, left, &rows, right, &least, work, &work_count,
          integer_work, &status, 1);
  return status;
}
