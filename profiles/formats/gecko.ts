/**
 * Profiles of the Firefox Profiler: *processed* ones, which profiler.firefox.com and samply save, and *raw* ones, which
 * Firefox writes (`MOZ_PROFILER_SHUTDOWN`, about:profiling). Formats: docs-developer/ of github.com/firefox-devtools/profiler.
 */
import type { GeckoContext } from './gecko-frames';
import {
  GeckoSamples,
  GeckoTables,
  readIndexTable,
  readLibs,
  readSamples,
  readStrings,
} from './gecko-tables';
import type { GeckoLib } from './gecko-tables';
import { buildThread, sampleTimes } from './gecko-thread';
import { JsonReader } from './json-reader';
import type { ByteSource } from './source';
import type { FileHead, ImportedFile, ImportedProfile, Importer, ParseOptions } from './types';

export const gecko: Importer = {
  id: 'gecko',
  title: 'Firefox Profiler',
  extensions: ['.json'],
  detect({ text }: FileHead): boolean {
    const start = text.replace(/^\uFEFF/, '').trimStart();
    if (!start.startsWith('{') || !/"meta"\s*:\s*\{/.test(start)) return false;
    return (
      /"preprocessedProfileVersion"\s*:|"(?:gcpoison|stackwalk|startTimeAsClockMonotonicNanosecondsSinceBoot)"\s*:/.test(
        start,
      ) ||
      (/"threads"\s*:\s*\[/.test(start) && /"(?:libs|processes|shared|stackTable)"\s*:/.test(start))
    );
  },
  parse: parseGecko,
};

interface GeckoThread {
  name: string;
  processName: string;
  pid: number | undefined;
  tables: GeckoTables;
  samples: GeckoSamples;
  libs: GeckoLib[] | null;
  place: string;
}

interface GeckoProcess {
  threads: GeckoThread[];
  libs: GeckoLib[];
  shared: GeckoTables;
  categories: string[];
  /** ms since 1970; NaN when missing. */
  startTime: number;
  /** ns since the machine started; NaN when missing. */
  startTimeMonotonic: number;
  intervalMs: number;
  product: string;
}

/** Firefox's content processes are one level deep. */
const maxProcessDepth = 8;

class GeckoFile {
  readonly processes: GeckoProcess[] = [];
  /** Whether there are allocations, counters or markers, which are not shown. */
  readonly leftOut = new Set<string>();

  readProcess(reader: JsonReader, depth: number): void {
    const process: GeckoProcess = {
      threads: [],
      libs: [],
      shared: new GeckoTables(),
      categories: [],
      startTime: Number.NaN,
      startTimeMonotonic: Number.NaN,
      intervalMs: 1,
      product: '',
    };
    this.processes.push(process);
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      if (key === 'meta') readMeta(reader, process);
      else if (key === 'libs') process.libs = readLibs(reader);
      else if (key === 'shared') this.readTables(reader, process.shared);
      else if (key === 'threads') {
        reader.enterArray();
        while (reader.nextItem()) process.threads.push(this.readThread(reader));
      } else if (key === 'processes' && reader.peek() === 'array') {
        if (depth >= maxProcessDepth) throw reader.malformed('processes are nested too deeply');
        reader.enterArray();
        while (reader.nextItem())
          if (reader.peek() === 'object') this.readProcess(reader, depth + 1);
          else reader.skip();
      } else reader.skip();
    }
  }

  private readThread(reader: JsonReader): GeckoThread {
    const thread: GeckoThread = {
      name: '',
      processName: '',
      pid: undefined,
      tables: new GeckoTables(),
      samples: new GeckoSamples(),
      libs: null,
      place: reader.place(),
    };
    let processType = '';
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      if (key === 'name') thread.name = text(reader);
      else if (key === 'processName') thread.processName = text(reader);
      else if (key === 'processType') processType = text(reader);
      else if (key === 'pid') thread.pid = processId(reader);
      else if (key === 'samples' && reader.peek() === 'object') readSamples(reader, thread.samples);
      else if (key === 'libs') thread.libs = readLibs(reader);
      else if (/^(?:js|native)Allocations$/.test(key)) {
        if (reader.peek() === 'object') this.leftOut.add('allocations');
        reader.skip();
      } else this.readTable(reader, thread.tables, key);
    }
    if (thread.processName === '' && !['', 'default'].includes(processType)) thread.processName = processType;
    return thread;
  }

  private readTables(reader: JsonReader, tables: GeckoTables): void {
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
      this.readTable(reader, tables, key);
  }

  private readTable(reader: JsonReader, tables: GeckoTables, key: string): void {
    const kind = reader.peek();
    if ((key === 'stringArray' || key === 'stringTable') && kind === 'array')
      tables.strings = readStrings(reader);
    else if (kind !== 'object') reader.skip();
    else if (key === 'stackTable') readIndexTable(reader, tables.stack);
    else if (key === 'frameTable') readIndexTable(reader, tables.frame);
    else if (key === 'funcTable') readIndexTable(reader, tables.func);
    else if (key === 'resourceTable') readIndexTable(reader, tables.resource);
    else if (key === 'sources') readIndexTable(reader, tables.sources);
    else reader.skip();
  }
}

function readMeta(reader: JsonReader, process: GeckoProcess): void {
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    const kind = reader.peek();
    if (key === 'startTime' && kind === 'number') process.startTime = reader.number();
    else if (key === 'startTimeAsClockMonotonicNanosecondsSinceBoot' && kind === 'number')
      process.startTimeMonotonic = reader.number();
    else if (key === 'interval' && kind === 'number') {
      const interval = reader.number();
      if (interval > 0 && interval < 1e9) process.intervalMs = interval;
    } else if (key === 'product' && kind === 'string') process.product = reader.name();
    else if (key === 'categories' && kind === 'array') {
      reader.enterArray();
      while (reader.nextItem()) process.categories.push(readCategory(reader));
    } else reader.skip();
  }
}

function readCategory(reader: JsonReader): string {
  if (reader.peek() !== 'object') {
    reader.skip();
    return '';
  }
  let name = '';
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
    if (key === 'name') name = text(reader);
    else reader.skip();
  return name;
}

function text(reader: JsonReader): string {
  if (reader.peek() === 'string') return reader.name();
  reader.skip();
  return '';
}

/** A number, or a text that is one; merged profiles have others. */
function processId(reader: JsonReader): number | undefined {
  const kind = reader.peek();
  if (kind !== 'number' && kind !== 'string') {
    reader.skip();
    return undefined;
  }
  const pid = kind === 'number' ? reader.number() : Number(reader.name() || Number.NaN);
  return Number.isInteger(pid) && pid >= 0 ? pid : undefined;
}

/** @throws ProfileFormatError */
function parseGecko(source: ByteSource, options: ParseOptions = {}): ImportedFile {
  const reader = new JsonReader(source, {
    expected: 'a profile of the Firefox Profiler',
    hint: 'Check that the file was written completely, or save the profile again.',
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const file = new GeckoFile();
  file.readProcess(reader, 0);
  reader.finish();
  const all = file.processes.flatMap((process) => process.threads.map((thread) => ({ process, thread })));
  if (all.length === 0) throw reader.malformed('it has no threads', '');
  const sampled = all.filter(({ thread }) => thread.samples.stack.length > 0);
  const shown = sampled.length > 0 ? sampled : all;
  const parts = shown.map(({ process, thread }) => ({
    process,
    thread,
    context: contextOf(process, thread, reader),
    offsetUs: offsetOf(process, file.processes[0]!),
  }));
  let firstUs = Infinity;
  for (const { thread, context, offsetUs } of parts)
    for (const time of sampleTimes(thread.samples, offsetUs, context) ?? [])
      firstUs = Math.min(firstUs, time);
  const originUs = options.originUs ?? (firstUs === Infinity ? 0 : firstUs);
  let asleepUs = 0;
  let negative = 0;
  const profiles = parts.map(({ process, thread, context, offsetUs }): ImportedProfile => {
    const built = buildThread(context, thread.samples, process.categories, {
      intervalMs: process.intervalMs,
      offsetUs,
      originUs,
      // Raw profiles come from Firefox alone.
      samplesSleepers: process.product === 'Firefox' || context.tables.frame.func.length === 0,
    });
    asleepUs += built.asleepUs;
    negative += built.negative;
    return {
      name: thread.name === '' ? 'Thread without a name' : thread.name,
      profile: built.profile,
      ...(thread.pid !== undefined && { pid: thread.pid }),
      ...(thread.processName !== '' && { processName: thread.processName }),
    };
  });
  const notes: string[] = [];
  if (sampled.length === 0) notes.push('The profile has no samples: nothing ran while it was recorded.');
  else if (sampled.length < all.length)
    notes.push(`${all.length - sampled.length} of ${all.length} threads have no samples and are not shown.`);
  if (asleepUs >= 1000)
    notes.push(
      `Threads were not sampled for ${(asleepUs / 1e6).toFixed(3)} s in all, because they slept; that time counts to no function.`,
    );
  if (negative > 0)
    notes.push(
      `${negative} samples weigh less than nothing (freed memory, or the difference of two profiles) and are left out.`,
    );
  if (file.leftOut.has('allocations'))
    notes.push('Allocations in this profile are not shown, only CPU samples.');
  return { format: 'gecko', profiles, notes };
}

/** Each table of the thread itself or, where it has none, the one that all threads share. */
function contextOf(process: GeckoProcess, thread: GeckoThread, reader: JsonReader): GeckoContext {
  const own = thread.tables;
  const { shared, libs } = process;
  const tables = new GeckoTables();
  const merged: GeckoTables = Object.assign(tables, {
    strings: own.strings ?? shared.strings,
    stack: own.stack.frame.length > 0 ? own.stack : shared.stack,
    frame: own.frame.func.length + own.frame.location.length > 0 ? own.frame : shared.frame,
    func: own.func.name.length > 0 ? own.func : shared.func,
    resource: own.resource.name.length > 0 ? own.resource : shared.resource,
    sources: shared.sources,
  });
  return { tables: merged, libs: thread.libs ?? libs, reader, place: thread.place };
}

/** How much later the process's clock began than the main process's, µs. */
function offsetOf(process: GeckoProcess, main: GeckoProcess): number {
  const monotonic = (process.startTimeMonotonic - main.startTimeMonotonic) / 1000;
  const offset = Number.isNaN(monotonic) ? (process.startTime - main.startTime) * 1000 : monotonic;
  return Math.abs(offset) < 2 ** 52 ? Math.round(offset * 1000) / 1000 : 0;
}
