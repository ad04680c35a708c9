import { formatNumber, formatRate } from '../format';

/** As `LoadModel` of a scenario. */
export type LoadModelFacts =
  | { model: 'closed'; stages: readonly { durationMs: number; users: number }[] }
  | { model: 'open'; stages: readonly { durationMs: number; rate: number }[] }
  | { model: 'knee'; startUsers: number; maxUsers: number; factor: number; stepMs: number };

/** The model of a load in words: `open model, up to 60 /s in 3 stages`. */
export function loadWords(load: LoadModelFacts): string {
  if (load.model === 'knee')
    return `looks for the knee from ${formatNumber(load.startUsers)} to at most ${formatNumber(load.maxUsers)} users`;
  const stages = load.stages.length === 1 ? '' : ` in ${formatNumber(load.stages.length)} stages`;
  if (load.model === 'open') {
    const most = load.stages.reduce((sum, { rate }) => Math.max(sum, rate), 0);
    return `open model, ${stages ? 'up to ' : ''}${formatRate(most)}${stages}`;
  }
  const most = load.stages.reduce((sum, { users }) => Math.max(sum, users), 0);
  return `closed model, ${stages ? 'up to ' : ''}${formatNumber(most)} ${most === 1 ? 'user' : 'users'}${stages}`;
}

/** How long it is planned to take, ms; of a knee search the longest it can take. */
export function plannedMs(load: LoadModelFacts): number {
  if (load.model !== 'knee') {
    let sumMs = 0;
    for (const { durationMs } of load.stages) sumMs += durationMs;
    return sumMs;
  }
  let steps = 1;
  for (let users = load.startUsers; users < load.maxUsers && steps < 1000; steps++)
    users = Math.min(load.maxUsers, Math.max(users + 1, Math.round(users * load.factor)));
  return steps * load.stepMs;
}
