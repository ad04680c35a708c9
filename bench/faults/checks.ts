/** A number that should be what it was planned to be. */
export interface Check {
  what: string;
  unit: string;
  truth: number;
  /** NaN when nothing was measured. */
  measured: number;
  /** As a difference, in the unit. */
  tolerance: number;
}

export function isRight({ truth, measured, tolerance }: Check): boolean {
  return Math.abs(measured - truth) <= tolerance;
}
