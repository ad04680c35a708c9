/** The standard normal distribution, exact to about 1e-12 also far out in its tails, where p-values live. */

/** P(Z > z). Taylor series of erf near the middle, Laplace's continued fraction of erfc in the tails. */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const x = z / Math.SQRT2;
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 200 && Math.abs(term) > 1e-17 * sum; k++) {
      term *= -(x * x) / k;
      sum += term / (2 * k + 1);
    }
    return 0.5 - sum / Math.sqrt(Math.PI);
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (2 * Math.sqrt(Math.PI) * fraction);
}

/** z with P(-z < Z < z) = 0.95. */
export const z95 = 1.959963984540054;
