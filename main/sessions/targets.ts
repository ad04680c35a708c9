/** Remembered targets: what was run before, newest first. Pure. */
import { createHash } from 'node:crypto';
import type { RememberedTarget, RunSpec } from '../api';

const maxTargets = 50;

/** The same command in the same folder is the same target, whatever its load and settings were. */
function identityOf(spec: RunSpec): string {
  const { target } = spec;
  switch (target.kind) {
    case 'launch':
      return JSON.stringify(['launch', target.argv, target.cwd ?? '']);
    case 'sample':
      return JSON.stringify(['sample', target.sample]);
    case 'attach':
      return JSON.stringify(['attach', target.pid]);
  }
}

function labelOf(spec: RunSpec): string {
  const { target } = spec;
  if (spec.name) return spec.name;
  if (target.kind === 'launch') return target.argv.join(' ');
  return target.kind === 'sample' ? target.sample : `pid ${target.pid}`;
}

export function rememberedTarget(spec: RunSpec, lastUsedAt: string): RememberedTarget {
  const id = createHash('sha256').update(identityOf(spec)).digest('hex').slice(0, 16);
  return { id, label: labelOf(spec), spec, lastUsedAt };
}

/** The list with `target` in it, replacing an earlier use of the same; newest first, at most 50. */
export function withTarget(targets: RememberedTarget[], target: RememberedTarget): RememberedTarget[] {
  return [target, ...targets.filter(({ id }) => id !== target.id)]
    .sort((a, b) => (a.lastUsedAt < b.lastUsedAt ? 1 : a.lastUsedAt > b.lastUsedAt ? -1 : 0))
    .slice(0, maxTargets);
}
