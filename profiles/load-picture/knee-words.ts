import { formatNumber, formatRate } from '../format';

/** As `KneeReport` of the load's results. */
export interface KneeFacts {
  steps: readonly unknown[];
  kneeUsers: number | null;
  capacityRps: number;
  capacityUsers: number;
  usersWithin15Percent: number | null;
  endedBy: 'latency' | 'errors' | 'max-users' | 'cancelled' | 'generator' | 'duration';
}

const endings: Record<KneeFacts['endedBy'], string> = {
  latency: 'It was ended because the latency broke its limit.',
  errors: 'It was ended because too many requests failed.',
  'max-users': 'It was ended with the most users allowed, which did not break it.',
  cancelled: 'It was cancelled before it broke.',
  generator: 'It was ended because the generator, not the target, was the limit.',
  duration: 'It was ended by its time.',
};

/** Capacity and knee as sentences; says nothing that was not seen. */
export function kneeSentence({
  steps,
  kneeUsers,
  capacityRps,
  capacityUsers,
  usersWithin15Percent,
  endedBy,
}: KneeFacts): string {
  const users = (count: number): string => `${formatNumber(count)} ${count === 1 ? 'user' : 'users'}`;
  return [
    capacityRps > 0
      ? `Capacity: ${formatRate(capacityRps)} with ${users(capacityUsers)}.`
      : 'No throughput was held with errors below the limit.',
    kneeUsers === null
      ? steps.length > 1
        ? 'The knee was not reached.'
        : ''
      : `The knee is at ${users(kneeUsers)}: from there on more users bring more latency rather than more throughput.`,
    usersWithin15Percent === null
      ? ''
      : `Up to ${users(usersWithin15Percent)} P95 stayed within 15\u202F% of the first step.`,
    endings[endedBy],
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
