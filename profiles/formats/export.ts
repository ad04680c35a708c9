/** A selection of one or several profiles as a file of another tool. */
import { zipSync } from 'fflate';
import { ProfileFormatError } from '../errors';
import type { ProfileUnit } from '../types';
import { joinedBytes } from './byte-parts';
import { writeCollapsed } from './collapsed-writer';
import { writeTiledCpuProfile } from './cpuprofile-tiles';
import type { ExportSelection, NamedProfile } from './export-selection';
import { writeHeapProfile } from './heapprofile-writer';
import { writePprof } from './pprof-writer';
import { writeSpeedscope } from './speedscope-writer';

export type { ExportSelection, NamedProfile } from './export-selection';

export const exportFormatIds = ['cpuprofile', 'heapprofile', 'speedscope', 'pprof', 'collapsed'] as const;
export type ExportFormatId = (typeof exportFormatIds)[number];

export interface ExportRequest extends ExportSelection {
  format: ExportFormatId;
  /** As they are after transforms. Not empty. */
  profiles: readonly NamedProfile[];
  /** What the file is called, without extension. */
  name: string;
}

export interface ExportedFile {
  fileName: string;
  bytes: Uint8Array;
}

const extensions: Record<ExportFormatId, string> = {
  cpuprofile: '.cpuprofile',
  heapprofile: '.heapprofile',
  speedscope: '.speedscope.json',
  pprof: '.pb.gz',
  collapsed: '.collapsed.txt',
};
const unitWords: Record<ProfileUnit, string> = { microseconds: 'time', bytes: 'bytes', count: 'counts' };

/** Why profiles in this unit cannot be written in this format, as a sentence; null when they can. */
export function whyNotExportable(format: ExportFormatId, unit: ProfileUnit): string | null {
  if (format === 'cpuprofile' && unit !== 'microseconds')
    return `A .cpuprofile holds time, and this profile is in ${unitWords[unit]}.`;
  if (format === 'heapprofile' && unit !== 'bytes')
    return `A .heapprofile holds allocated bytes, and this profile is in ${unitWords[unit]}.`;
  return null;
}

/**
 * Writes profiles as a file.
 *
 * speedscope holds several profiles of any units; collapsed stacks add all of them up, pprof holds them side by side with their names
 * as labels. Formats of one thread (.cpuprofile, .heapprofile), and profiles of several units in pprof and collapsed
 * stacks, become a zip of files.
 * @throws ProfileFormatError (PROFILE_UNKNOWN_FORMAT) when a profile's unit does not fit the format
 */
export function exportProfile(request: ExportRequest): ExportedFile {
  const { format, profiles, name, ...selection } = request;
  if (profiles.length === 0) throw refusal('There is nothing to export.', name);
  for (const { profile } of profiles) {
    const why = whyNotExportable(format, profile.unit);
    if (why) throw refusal(why, name);
  }
  const files = groupsOf(format, profiles).map((group) => ({
    name: group.length === 1 ? group[0]!.name : unitWords[group[0]!.profile.unit],
    bytes: write(format, group, name, selection),
  }));
  const extension = extensions[format];
  if (files.length === 1) return { fileName: `${safeName(name)}${extension}`, bytes: files[0]!.bytes };
  return { fileName: `${safeName(name)}.${format}.zip`, bytes: zipped(files, extension) };
}

function write(
  format: ExportFormatId,
  profiles: readonly NamedProfile[],
  name: string,
  selection: ExportSelection,
): Uint8Array {
  switch (format) {
    case 'speedscope':
      return joinedBytes(writeSpeedscope(profiles, { ...selection, name }));
    case 'pprof':
      return joinedBytes(writePprof(profiles, selection));
    case 'collapsed':
      return joinedBytes(writeCollapsed(profiles, selection));
    case 'cpuprofile':
      return new TextEncoder().encode(writeTiledCpuProfile(profiles[0]!.profile, selection));
    case 'heapprofile':
      return joinedBytes(writeHeapProfile(profiles[0]!.profile, selection));
  }
}

/** Which profiles go into one file together. */
function groupsOf(format: ExportFormatId, profiles: readonly NamedProfile[]): NamedProfile[][] {
  if (format === 'speedscope') return [[...profiles]];
  if (format === 'cpuprofile' || format === 'heapprofile') return profiles.map((profile) => [profile]);
  const byUnit = new Map<ProfileUnit, NamedProfile[]>();
  for (const named of profiles) {
    const group = byUnit.get(named.profile.unit);
    if (group) group.push(named);
    else byUnit.set(named.profile.unit, [named]);
  }
  return [...byUnit.values()];
}

function zipped(files: readonly { name: string; bytes: Uint8Array }[], extension: string): Uint8Array {
  const entries: Record<string, Uint8Array> = {};
  for (const { name, bytes } of files) {
    const base = safeName(name);
    let unique = `${base}${extension}`;
    for (let n = 2; unique in entries; n++) unique = `${base}-${n}${extension}`;
    entries[unique] = bytes;
  }
  // The zip format begins with 1980; a fixed date makes equal content equal bytes.
  return zipSync(entries, { level: 6, mtime: '1980-01-01T00:00:00' });
}

/** A file name on every system. */
function safeName(name: string): string {
  const safe = name
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, '-')
    .replace(/^[.\s-]+|[.\s-]+$/g, '')
    .slice(0, 120);
  return safe === '' ? 'profile' : safe;
}

function refusal(sentence: string, name: string): ProfileFormatError {
  return new ProfileFormatError('PROFILE_UNKNOWN_FORMAT', sentence, {
    where: name,
    hint: 'Choose another format: speedscope, pprof and collapsed stacks hold every kind of profile.',
  });
}
