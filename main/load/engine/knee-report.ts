/** What the steps of a search for the knee come to. Pure. */
import type { DegradationStep } from '../../api';

/** Users bring throughput as long as a step brings at least this part of what as many users more would bring ideally. */
const goodPart = 0.25;
/** P95 may differ by so much by chance. */
const degraded = 0.15;

/**
 * The last step up to which more users brought more throughput: from there they bring latency. Null when throughput still grew
 * with the last step.
 */
export function kneeOf(steps: readonly DegradationStep[]): number | null {
  for (let at = 1; at < steps.length; at++) {
    const before = steps[at - 1]!;
    // What follows must agree: one weak step is chance.
    if (steps.slice(at).every((step) => !brings(before, step)) && steps[at]!.p95Ms > before.p95Ms)
      return before.users;
  }
  return null;
}

function brings(before: DegradationStep, step: DegradationStep): boolean {
  if (before.rps <= 0) return step.rps > 0;
  const wanted = Math.min(step.users / before.users - 1, 1) * goodPart;
  return step.rps / before.rps - 1 >= wanted;
}

/** The highest throughput with errors within the limit, and the fewest users that reached 98 % of it. */
export function capacityOf(
  steps: readonly DegradationStep[],
  mostErrors: number,
): { capacityRps: number; capacityUsers: number } {
  const held = steps.filter(({ errorRatio }) => errorRatio <= mostErrors);
  const capacityRps = held.reduce((most, { rps }) => Math.max(most, rps), 0);
  const capacityUsers = held.find(({ rps }) => rps >= capacityRps * 0.98)?.users ?? 0;
  return { capacityRps, capacityUsers };
}

/** The most users up to whom no step was degraded; null when there was no step. */
export function within15Percent(steps: readonly DegradationStep[]): number | null {
  let users: number | null = null;
  for (const step of steps) {
    if (step.p95Change >= degraded) break;
    users = step.users;
  }
  return users;
}
