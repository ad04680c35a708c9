/** What a foreign file is, without its profiles: processes and threads, times, and a few numbers. For lists and pickers. */
import { aggregate, mergeCallTrees } from '../call-tree';
import { functionTable } from '../functions';
import type { Profile } from '../types';
import { isRealFunction } from '../verdict';
import { sourceOfProfile, threadKeysOf, usablePid } from './threads';
import type { FormatId, ImportedFile } from './types';

export interface DescribedThread {
  key: string;
  pid: number;
  /** 0, or for further threads of a process the index in the file. */
  workerId: number;
  title: string;
  /** µs since the file's first instant. */
  startedUs: number;
  endedUs: number;
}

export interface DescribedProcess {
  /** 0 when the file names none. */
  pid: number;
  title: string;
  startedUs: number;
  endedUs: number;
  threads: DescribedThread[];
}

export interface FileNumbers {
  cpuSamples?: number;
  cpuBusyMs?: number;
  topFunction?: { name: string; url: string; line: number; selfMs: number; share: number };
  allocatedLiveBytes?: number;
}

export interface FileDescription {
  format: FormatId;
  /** The file's first instant on its own clock, µs; 0 when nothing in it has a time. */
  originUs: number;
  durationMs: number;
  processes: DescribedProcess[];
  numbers: FileNumbers;
  /** What the file has and we do not show, in whole sentences. */
  notes: string[];
}

/**
 * Describes a file that was read with `originUs: 0`, so that its times are the file's own.
 * @param name what people call it
 */
export function describeFile(imported: ImportedFile, name: string): FileDescription {
  const { format, profiles, notes } = imported;
  const originUs = firstInstantOf(imported);
  const keys = threadKeysOf(imported);
  let endUs = originUs;
  for (const { profile } of profiles) if (isTimed(profile)) endUs = Math.max(endUs, profile.endUs);

  const processes = new Map<number, DescribedProcess>();
  for (const [index, { name: title, pid, processName, profile }] of profiles.entries()) {
    const span = isTimed(profile)
      ? { startedUs: profile.startUs - originUs, endedUs: profile.endUs - originUs }
      : { startedUs: 0, endedUs: endUs - originUs };
    const key = keys[index]!;
    const isOwn = key.startsWith('p0');
    const process = isOwn ? 0 : usablePid(pid);
    const thread: DescribedThread = {
      key,
      pid: process,
      workerId: key.includes('-w') ? index : 0,
      title: profiles.length === 1 ? name : title || name,
      ...span,
    };
    const known = processes.get(process);
    if (known) {
      known.startedUs = Math.min(known.startedUs, span.startedUs);
      known.endedUs = Math.max(known.endedUs, span.endedUs);
      known.threads.push(thread);
    } else
      processes.set(process, {
        pid: process,
        title: profiles.length === 1 && isOwn ? name : (processName ?? name),
        ...span,
        threads: [thread],
      });
  }
  return {
    format,
    originUs,
    durationMs: (endUs - originUs) / 1000,
    processes: [...processes.values()],
    numbers: numbersOf(imported),
    notes,
  };
}

/** The earliest instant of a file, µs; 0 when nothing in it has a time. */
export function firstInstantOf({ profiles }: ImportedFile): number {
  let firstUs = Infinity;
  for (const { profile } of profiles) if (isTimed(profile)) firstUs = Math.min(firstUs, profile.startUs);
  return firstUs === Infinity ? 0 : firstUs;
}

/** Makes the file's first instant 0, in place. */
export function startAtZero(imported: ImportedFile): void {
  const byUs = firstInstantOf(imported);
  if (byUs === 0) return;
  // Profiles of one file may share their columns.
  const done = new Set<Float64Array>();
  for (const { profile } of imported.profiles) {
    if (!isTimed(profile)) continue;
    const { timeUs, length } = profile.samples;
    if (!done.has(timeUs)) for (let i = 0; i < length; i++) timeUs[i]! -= byUs;
    done.add(timeUs);
    profile.startUs -= byUs;
    profile.endUs -= byUs;
  }
}

function isTimed({ startUs, endUs }: Profile): boolean {
  return endUs > startUs;
}

function numbersOf({ format, profiles }: ImportedFile): FileNumbers {
  const cpu: Profile[] = [];
  let counted = 0;
  let liveBytes: number | null = null;
  for (const { profile } of profiles) {
    const isMemory = sourceOfProfile(profile, profiles) === 'allocations';
    if (profile.unit === 'microseconds') cpu.push(profile);
    else if (!isMemory) counted += profile.samples.length;
    else if (profile.unit === 'bytes' && (liveBytes === null || format !== 'pprof')) {
      // The values of a pprof file are of the same objects: only one of them is their size.
      liveBytes ??= 0;
      for (let i = 0; i < profile.samples.length; i++) liveBytes += profile.samples.weight[i]!;
    }
  }
  return {
    ...(cpu.length > 0 ? cpuNumbers(cpu) : counted > 0 && { cpuSamples: counted }),
    ...(liveBytes !== null && { allocatedLiveBytes: liveBytes }),
  };
}

function cpuNumbers(profiles: readonly Profile[]): FileNumbers {
  const withSamples = profiles.filter(({ samples }) => samples.length > 0);
  if (withSamples.length === 0) return {};
  const tree = mergeCallTrees(withSamples.map((profile) => aggregate(profile)));
  const top = functionTable(tree).find(isRealFunction);
  return {
    cpuSamples: withSamples.reduce((sum, { samples }) => sum + samples.length, 0),
    cpuBusyMs: tree.totalWeight / 1000,
    ...(top &&
      top.self > 0 && {
        topFunction: {
          name: top.name,
          url: top.url,
          line: top.line,
          selfMs: top.self / 1000,
          share: top.selfShare,
        },
      }),
  };
}
