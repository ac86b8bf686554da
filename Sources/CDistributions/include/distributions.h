// Probability distributions of Boost.Math as C functions. None throws: an argument outside of its
// range gives NaN, a result beyond the range of double an infinity.
#ifndef ENGINE_DISTRIBUTIONS_H
#define ENGINE_DISTRIBUTIONS_H

#ifdef __cplusplus
extern "C" {
#endif

// The standard normal distribution: P(X <= x), P(X > x), and the x of P(X <= x) = p.
double distribution_normal_cdf(double x);
double distribution_normal_tail(double x);
double distribution_normal_quantile(double p);

// Student's t distribution with so many degrees of freedom, above 0.
double distribution_student_cdf(double t, double freedom);
double distribution_student_tail(double t, double freedom);
double distribution_student_quantile(double p, double freedom);

// The beta distribution, a and b above 0.
double distribution_beta_cdf(double x, double a, double b);
double distribution_beta_quantile(double p, double a, double b);

// P(X > x) of the chi-squared distribution with so many degrees of freedom, above 0.
double distribution_chi_squared_tail(double x, double freedom);

// P(X >= k) of how many of `drawn` items, drawn without replacement from `total`, are among the
// `marked` ones.
double distribution_hypergeometric_tail(long k, unsigned marked, unsigned drawn, unsigned total);

#ifdef __cplusplus
}
#endif

#endif
