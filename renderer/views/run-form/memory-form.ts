/** The form's fields about memory, and their way to a `RunSpec` and back. Pure. */
import type { RunSpec } from '../../../main/api';
import { leakThresholdsSchema, type LeakThresholds } from '../../../profiles/leaks/types';

const megabyte = 1e6;

/** What is typed for each limit counts so many bytes; the units stand beside the fields. */
const unitBytes: Record<keyof LeakThresholds, number> = {
  growthBytes: megabyte,
  bytesPerHour: megabyte,
  bytesPer1000Operations: megabyte,
  bytesPerOperation: 1000,
};

export interface MemoryForm {
  allocationKind: 'alive' | 'all';
  snapshotAtStart: boolean;
  snapshotAfterWarmUp: boolean;
  snapshotAtEnd: boolean;
  snapshotNearLimit: boolean;
  /** Empty means never. */
  snapshotHeapAboveMb: string;
  snapshotGrowthMb: string;
  snapshotMost: string;
  forceGc: boolean;
  forceGcEverySeconds: string;
  /** Empty: found from the data. */
  warmUpSeconds: string;
  leakThresholds: Record<keyof LeakThresholds, string>;
}

export const memoryFieldNames = [
  'snapshotHeapAboveMb',
  'snapshotGrowthMb',
  'snapshotMost',
  'forceGcEverySeconds',
  'warmUpSeconds',
  ...Object.keys(unitBytes).map((name) => `leakThresholds.${name}`),
];

export function emptyMemoryForm(): MemoryForm {
  return {
    allocationKind: 'alive',
    snapshotAtStart: false,
    snapshotAfterWarmUp: false,
    snapshotAtEnd: false,
    snapshotNearLimit: false,
    snapshotHeapAboveMb: '',
    snapshotGrowthMb: '',
    snapshotMost: '5',
    forceGc: false,
    forceGcEverySeconds: '5',
    warmUpSeconds: '',
    leakThresholds: thresholdTexts(leakThresholdsSchema.parse({})),
  };
}

/** The `capture` and `leaks` parts of a spec that these fields make, unchecked. */
export function memorySpec(form: MemoryForm): { capture: object; leaks: object } {
  return {
    capture: {
      allocationKind: form.allocationKind,
      snapshots: {
        atStart: form.snapshotAtStart,
        afterWarmUp: form.snapshotAfterWarmUp,
        atEnd: form.snapshotAtEnd,
        nearHeapLimit: form.snapshotNearLimit,
        heapAboveBytes: optional(form.snapshotHeapAboveMb, megabyte),
        growthAboveBytes: optional(form.snapshotGrowthMb, megabyte),
        most: numberOf(form.snapshotMost),
      },
    },
    leaks: {
      forceGc: form.forceGc,
      // A field that cannot be typed in must not keep the run from starting.
      ...(form.forceGc && { forceGcEveryMs: Math.round(numberOf(form.forceGcEverySeconds) * 1000) }),
      warmUpMs: optional(form.warmUpSeconds, 1000),
      thresholds: Object.fromEntries(
        names.map((name) => [name, numberOf(form.leakThresholds[name]) * unitBytes[name]]),
      ),
    },
  };
}

/** Which field an issue at this place of the spec belongs to; undefined when it is not about memory. */
export function memoryFieldOf(path: readonly string[]): string | undefined {
  const [first, second, third] = path;
  if (first === 'leaks')
    return second === 'thresholds'
      ? `leakThresholds.${third ?? 'growthBytes'}`
      : second === 'warmUpMs'
        ? 'warmUpSeconds'
        : 'forceGcEverySeconds';
  if (first !== 'capture' || second !== 'snapshots') return undefined;
  return third === 'heapAboveBytes'
    ? 'snapshotHeapAboveMb'
    : third === 'growthAboveBytes'
      ? 'snapshotGrowthMb'
      : 'snapshotMost';
}

export function memoryFormOf({ capture, leaks }: RunSpec): MemoryForm {
  const { snapshots } = capture;
  return {
    allocationKind: capture.allocationKind,
    snapshotAtStart: snapshots.atStart,
    snapshotAfterWarmUp: snapshots.afterWarmUp,
    snapshotAtEnd: snapshots.atEnd,
    snapshotNearLimit: snapshots.nearHeapLimit,
    snapshotHeapAboveMb: textOf(snapshots.heapAboveBytes, megabyte),
    snapshotGrowthMb: textOf(snapshots.growthAboveBytes, megabyte),
    snapshotMost: String(snapshots.most),
    forceGc: leaks.forceGc,
    forceGcEverySeconds: textOf(leaks.forceGcEveryMs, 1000),
    warmUpSeconds: textOf(leaks.warmUpMs, 1000),
    leakThresholds: thresholdTexts(leaks.thresholds),
  };
}

/** What of it is not usual, in words. */
export function memoryChoices(form: MemoryForm): string[] {
  const snapshots = [
    form.snapshotAtStart && 'at the start',
    form.snapshotAfterWarmUp && 'after the warm-up',
    form.snapshotAtEnd && 'at the end',
    form.snapshotNearLimit && 'before the heap limit',
    form.snapshotHeapAboveMb.trim() && `above ${form.snapshotHeapAboveMb} MB`,
    form.snapshotGrowthMb.trim() && `grown by ${form.snapshotGrowthMb} MB`,
  ].filter(Boolean);
  const usual = emptyMemoryForm().leakThresholds;
  return [
    form.allocationKind === 'all' && 'all allocations',
    snapshots.length > 0 && `snapshots ${snapshots.join(' and ')}`,
    form.forceGc && `a forced collection every ${form.forceGcEverySeconds} s`,
    form.warmUpSeconds.trim() && `${form.warmUpSeconds} s warm-up`,
    names.some((name) => form.leakThresholds[name] !== usual[name]) && 'own leak limits',
  ].filter((each) => typeof each === 'string' && each !== '') as string[];
}

export function thresholdTexts(thresholds: LeakThresholds): Record<keyof LeakThresholds, string> {
  const texts = names.map((name) => [name, textOf(thresholds[name], unitBytes[name])] as const);
  return Object.fromEntries(texts) as Record<keyof LeakThresholds, string>;
}

const names = Object.keys(unitBytes) as (keyof LeakThresholds)[];

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function optional(text: string, unit: number): number | undefined {
  return text.trim() === '' ? undefined : numberOf(text) * unit;
}

function textOf(value: number | undefined, unit: number): string {
  return value === undefined ? '' : String(Number((value / unit).toPrecision(6)));
}
