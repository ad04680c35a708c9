/** What of memory `scorchmark record` and `load` record: snapshots by rule, which allocations, forced collections. */
import {
  captureSpecSchema,
  runSpecSchema,
  type CaptureSpec,
  type RunSpecInput,
  type SnapshotRules,
} from '../api';
import { AppError, toAppError } from '../errors';
import { parseDuration } from '../load/duration';
import { parseSize } from '../load/size';

export interface MemoryOptions {
  /** `start,warm-up,end` */
  snapshot?: string[];
  snapshotAbove?: string;
  snapshotGrowth?: string;
  snapshotNearLimit?: boolean;
  /** false: none; otherwise which. */
  allocations?: boolean | string;
  /** true: at the default interval. */
  forceGc?: boolean | string;
}

const moments = { start: 'atStart', 'warm-up': 'afterWarmUp', end: 'atEnd' } as const;

/** The first of the options that was given, as it is written. */
export function givenMemoryOption(options: MemoryOptions): string | undefined {
  if (options.snapshot !== undefined) return '--snapshot';
  if (options.snapshotAbove !== undefined) return '--snapshot-above';
  if (options.snapshotGrowth !== undefined) return '--snapshot-growth';
  if (options.snapshotNearLimit) return '--snapshot-near-limit';
  if (options.forceGc !== undefined) return '--force-gc';
  if (typeof options.allocations === 'string') return '--allocations';
  return options.allocations === false ? '--no-allocations' : undefined;
}

/** @throws AppError BAD_INPUT naming the option */
export function snapshotRulesOf(options: MemoryOptions): Partial<SnapshotRules> {
  const rules: Partial<SnapshotRules> = {};
  for (const moment of (options.snapshot ?? []).flatMap((given) => given.split(','))) {
    const name = moment.trim().toLowerCase();
    if (!Object.hasOwn(moments, name))
      throw new AppError('BAD_INPUT', `--snapshot takes start, warm-up and end, not "${moment}".`, {
        hint: 'Several are written with commas: --snapshot start,end. By size: --snapshot-above 500MB.',
      });
    rules[moments[name as keyof typeof moments]] = true;
  }
  if (options.snapshotAbove !== undefined)
    rules.heapAboveBytes = sizeOf('--snapshot-above', options.snapshotAbove);
  if (options.snapshotGrowth !== undefined)
    rules.growthAboveBytes = sizeOf('--snapshot-growth', options.snapshotGrowth);
  if (options.snapshotNearLimit) rules.nearHeapLimit = true;
  return rules;
}

/** @throws AppError BAD_INPUT */
export function allocationsOf({
  allocations,
}: MemoryOptions): Partial<Pick<CaptureSpec, 'allocations' | 'allocationKind'>> {
  if (typeof allocations !== 'string') return { allocations: allocations !== false };
  const kind = captureSpecSchema.shape.allocationKind.safeParse(allocations.trim().toLowerCase());
  if (!kind.success)
    throw new AppError('BAD_INPUT', `--allocations takes alive or all, not "${allocations}".`, {
      hint: 'alive: what was not collected; all: also what is garbage since. --no-allocations records none.',
    });
  return { allocations: true, allocationKind: kind.data };
}

/** @throws AppError BAD_INPUT */
export function leaksOf({ forceGc }: MemoryOptions): NonNullable<RunSpecInput['leaks']> {
  if (forceGc === undefined || forceGc === false) return {};
  if (forceGc === true) return { forceGc: true };
  const wrong = (hint?: string): AppError =>
    new AppError('BAD_INPUT', `--force-gc takes a time from 1s to 1h, not "${forceGc}".`, { hint });
  let forceGcEveryMs: number;
  try {
    forceGcEveryMs = Math.round(parseDuration(forceGc));
  } catch (error) {
    throw wrong(toAppError(error).hint);
  }
  const leaks = { forceGc: true, forceGcEveryMs };
  if (!runSpecSchema.shape.leaks.safeParse(leaks).success)
    throw wrong('Every full collection stops the program; 5s is a good beginning.');
  return leaks;
}

function sizeOf(option: string, text: string): number {
  try {
    return parseSize(text);
  } catch (error) {
    throw new AppError('BAD_INPUT', `${option} takes a size, not "${text}".`, {
      hint: toAppError(error).hint,
    });
  }
}
