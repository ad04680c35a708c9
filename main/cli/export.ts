/** `scorchmark export`: a session's or a file's profiles as a file of another tool. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ProfileFormatError } from '../../profiles/errors';
import { importProfileFolder, importProfiles } from '../../profiles/formats';
import { exportFormatIds, exportProfile } from '../../profiles/formats/export';
import type { ExportFormatId, NamedProfile } from '../../profiles/formats/export';
import { sourceOfProfile, threadKeysOf } from '../../profiles/formats/threads';
import type { ImportedFile } from '../../profiles/formats/types';
import type { TimeRange } from '../../profiles/types';
import { loadSession } from '../analysis/load-session';
import type { ThreadKey } from '../api';
import { AppError } from '../errors';
import { parseDuration } from '../load/duration';
import { sourceOfFile, type FileSource } from '../sessions/file-source';
import { filesOfFolder } from '../sessions/folder-files';
import { writeOutputFile } from './output-file';
import { printable } from './printable';
import { exitCodes } from './terminal';
import { findSession, withEngine, type DataFolderOption } from './with-engine';

export interface ExportOptions extends DataFolderOption {
  format: string;
  thread?: string[];
  range?: string;
  allocations?: boolean;
  samples?: boolean;
  idle?: boolean;
  output?: string;
}

type Source = 'cpu' | 'allocations';

/** Where the profiles come from: everything that can be exported, and what to call it. */
interface Exportable {
  name: string;
  threads: { key: ThreadKey; title: string; source: Source; profile: NamedProfile['profile'] }[];
  /** What got lost on the way in. */
  notes: string[];
}

export async function exportCommand(given: string, options: ExportOptions): Promise<number> {
  const format = formatOf(options.format);
  const range = options.range === undefined ? null : rangeOf(options.range);
  const exportable = existsSync(given)
    ? await fromDisk(path.resolve(given))
    : await fromSession(given, options);
  const chosen = choose(exportable, format, options);
  for (const note of exportable.notes) process.stderr.write(`note: ${printable(note)}\n`);
  if (range && !chosen.some(({ profile }) => profile.endUs > profile.startUs))
    throw new AppError('BAD_INPUT', 'A range needs times, and these samples have none.', {
      hint: 'Leave --range out.',
    });
  const { fileName, bytes } = named(() =>
    exportProfile({
      format,
      name: exportable.name,
      profiles: chosen.map(({ title, profile }) => ({ name: title, profile })),
      range,
      weights: options.samples ? 'samples' : 'value',
      includeIdle: options.idle !== false,
    }),
  );
  process.stdout.write(`${await writeOutputFile(options.output ?? fileName, bytes)}\n`);
  return exitCodes.ok;
}

function formatOf(text: string): ExportFormatId {
  const format = exportFormatIds.find((known) => known === text.toLowerCase());
  if (format) return format;
  throw new AppError('BAD_INPUT', `There is no format "${text}" to export to.`, {
    hint: `Known formats: ${exportFormatIds.join(', ')}.`,
  });
}

/** `1.2s-3s`; either end may be left out. */
function rangeOf(text: string): TimeRange {
  const [from, to, more] = text.split('-').map((part) => part.trim());
  const micros = (part: string): number => {
    try {
      return parseDuration(part) * 1000;
    } catch {
      throw badRange(text);
    }
  };
  if (from === undefined || to === undefined || more !== undefined || (from === '' && to === ''))
    throw badRange(text);
  const startUs = from === '' || from === '0' ? 0 : micros(from);
  const endUs = to === '' ? Number.MAX_VALUE : micros(to);
  if (!(endUs > startUs)) throw badRange(text);
  return { startUs, endUs };
}

function badRange(text: string): AppError {
  return new AppError('BAD_INPUT', `"${text}" is not a range of time.`, {
    hint: 'Give a beginning and an end since the start, for example --range 1.2s-3s, or 500ms- for everything from there on.',
  });
}

/** Any profile file, or the folder of a tool, as it lies on the disk. */
async function fromDisk(file: string): Promise<Exportable> {
  if (/\.scorchmark$/i.test(file))
    throw new AppError('BAD_INPUT', `${file} is a whole session, not a profile.`, {
      hint: 'Add it first: scorchmark sessions import FILE. Then export the session.',
    });
  const name = path.basename(file);
  const open: FileSource[] = [];
  const source = (from: string, as: string): FileSource => {
    const opened = sourceOfFile(from, as);
    open.push(opened);
    return opened;
  };
  try {
    const files = statSync(file).isDirectory() ? await filesOfFolder(file) : null;
    const imported = named(() =>
      files
        ? importProfileFolder(
            name,
            new Map(Object.entries(files).map(([inside, lies]) => [inside, source(lies, inside)])),
          )
        : importProfiles(source(file, name)),
    );
    return ofImported(imported, name.replace(/(?:\.gz|\.json|\.txt|\.[a-z0-9-]+)+$/i, '') || name);
  } finally {
    for (const each of open) each.close();
  }
}

function ofImported(imported: ImportedFile, name: string): Exportable {
  const { profiles, notes } = imported;
  const keys = threadKeysOf(imported);
  return {
    name,
    notes,
    threads: profiles.map(({ name: title, profile }, index) => ({
      key: keys[index]!,
      title,
      source: sourceOfProfile(profile, profiles),
      profile,
    })),
  };
}

function fromSession(given: string, options: DataFolderOption): Promise<Exportable> {
  return withEngine({ ...options, readOnly: true }, async (engine) => {
    const { id } = await findSession(engine, given).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
      throw new AppError('NOT_FOUND', `There is neither a file nor a session "${given}".`, {
        hint: 'Give the path of a profile, or a session: `scorchmark sessions list` shows what is there.',
      });
    });
    const loaded = await loadSession(
      {
        get: (of) => engine.call('sessions.get', { id: of }),
        readFile: (of, file) => engine.call('sessions.readFile', { id: of, file }),
        folderOf: (of) => engine.store.folderOf(of),
      },
      id,
    );
    const titles = new Map(
      loaded.detail.processes.flatMap(({ threads }) => threads).map(({ key, title }) => [key, title]),
    );
    const of = (source: Source, profiles: ReadonlyMap<ThreadKey, NamedProfile['profile']>) =>
      [...profiles].map(([key, profile]) => ({ key, title: titleOf(key, titles.get(key)), source, profile }));
    return {
      name: loaded.detail.name,
      threads: [...of('cpu', loaded.cpu), ...of('allocations', loaded.allocations)],
      notes: [],
    };
  });
}

function titleOf(key: ThreadKey, title: string | undefined): string {
  return title === undefined || title === '' ? key : `${title} (${key})`;
}

/** CPU or allocations, as the format and the options say, of the named threads. */
function choose({ threads, name }: Exportable, format: ExportFormatId, options: ExportOptions) {
  const wanted: Source = options.allocations || format === 'heapprofile' ? 'allocations' : 'cpu';
  const other = wanted === 'cpu' ? 'allocations' : 'cpu';
  let found = threads.filter(({ source }) => source === wanted);
  // A heap profile is exported as what it is, without being asked for.
  if (found.length === 0 && !options.allocations && format !== 'cpuprofile' && format !== 'heapprofile')
    found = threads.filter(({ source }) => source === other);
  if (found.length === 0)
    throw new AppError(
      'BAD_INPUT',
      `"${name}" has no ${wanted === 'cpu' ? 'CPU profile' : 'allocation profile'}.`,
      {
        hint:
          threads.length === 0
            ? 'Nothing in it can be exported.'
            : `It has ${other === 'cpu' ? 'CPU profiles' : 'allocations'}: choose another format${other === 'cpu' ? '' : ', for example heapprofile'}.`,
      },
    );
  found = fitting(found, format);
  const names = options.thread ?? [];
  if (names.length === 0) return found;
  return names.flatMap((wish) => {
    const matching = found.filter(
      ({ key, title }) => key === wish || title === wish || title === `${wish} (${key})`,
    );
    if (matching.length > 0) return matching;
    throw new AppError('NOT_FOUND', `There is no thread "${wish}".`, {
      hint: 'Name it as it is listed here.',
      details: found
        .slice(0, 50)
        .map(({ key, title }) => `${key}  ${printable(title)}`)
        .join('\n'),
    });
  });
}

/** Of a file with several kinds of values (pprof) those that a format of one kind can hold; all when none fits, for the error. */
function fitting(threads: Exportable['threads'], format: ExportFormatId): Exportable['threads'] {
  const unit = format === 'cpuprofile' ? 'microseconds' : format === 'heapprofile' ? 'bytes' : null;
  const fits = threads.filter(({ profile }) => unit === null || profile.unit === unit);
  return fits.length > 0 ? fits : threads;
}

/** Errors of profiles as errors of the application. */
function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ProfileFormatError)) throw error;
    throw new AppError(error.code, error.message, { hint: error.hint, cause: error });
  }
}
