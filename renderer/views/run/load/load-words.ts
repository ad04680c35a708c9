import type { LoadModel } from '../../../../main/api';
import { formatNumber, formatRate } from '../../../../profiles/format';

/** The model of a load in words: `open model, up to 60 /s in 3 stages`. */
export function loadWords(load: LoadModel): string {
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
export function plannedMs(load: LoadModel): number {
  if (load.model !== 'knee') return load.stages.reduce((sum: number, { durationMs }) => sum + durationMs, 0);
  let steps = 1;
  for (let users = load.startUsers; users < load.maxUsers && steps < 1000; steps++)
    users = Math.min(load.maxUsers, Math.max(users + 1, Math.round(users * load.factor)));
  return steps * load.stepMs;
}

/** Most users, or iterations per second in the open model. */
export function mostOf(load: LoadModel): { users: number } | { rate: number } {
  if (load.model === 'knee') return { users: load.maxUsers };
  if (load.model === 'open') return { rate: load.stages.reduce((most, { rate }) => Math.max(most, rate), 0) };
  return { users: load.stages.reduce((most, { users }) => Math.max(most, users), 0) };
}
