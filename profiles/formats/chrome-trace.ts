/**
 * Traces in the Trace Event Format: what DevTools' Performance panel saves, `chrome://tracing`, Perfetto's JSON, Playwright
 * and Puppeteer, and `node --trace-event-categories`. As a list of events or as an object that has one.
 */
import { ProfileFormatError } from '../errors';
import { TraceEvent, TraceFrames } from './chrome-trace-event';
import type { TraceId } from './chrome-trace-event';
import { CpuTracks } from './chrome-trace-cpu';
import { TaskThreads } from './chrome-trace-durations';
import { JsonReader } from './json-reader';
import type { ByteSource } from './source';
import type { FileHead, ImportedFile, ImportedProfile, Importer, ParseOptions } from './types';

export const chromeTrace: Importer = {
  id: 'chrome-trace',
  title: 'Chrome DevTools performance trace',
  extensions: ['.json', '.trace', '.log'],
  detect: isTrace,
  parse: parseTrace,
};

function isTrace({ text }: FileHead): boolean {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start.startsWith('{')) return /"traceEvents"\s*:\s*\[/.test(start);
  return /^\[\s*\{/.test(start) && /"ph"\s*:\s*"[A-Za-z]"/.test(start) && /"(?:ts|pid)"\s*:/.test(start);
}

class Trace {
  readonly frames = new TraceFrames();
  readonly cpu = new CpuTracks(this.frames);
  readonly tasks = new TaskThreads(this.frames);
  private readonly event = new TraceEvent(this.frames);
  readonly processNames = new Map<TraceId, string>();
  readonly threadNames = new Map<string, string>();
  /** What pages and workers run, by process or thread. */
  readonly pages = new Map<TraceId, string>();
  readonly workers = new Map<string, string>();
  /** Events that are neither samples nor tasks nor names. */
  others = 0;
  events = 0;

  readEvents(reader: JsonReader): void {
    reader.enterArray();
    while (reader.nextItem()) {
      if (reader.peek() !== 'object') {
        reader.skip(); // Some writers end the list with `{}` or null, so as not to care for the last comma.
        continue;
      }
      this.event.read(reader);
      this.take(this.event, reader);
    }
  }

  private take(event: TraceEvent, reader: JsonReader): void {
    this.events++;
    if (event.phase === 'M') return this.takeMetadata(event);
    this.takeNames(event);
    if (this.cpu.take(event, reader)) return this.tasks.stopKeeping();
    if (!this.tasks.take(event) && event.phase !== '') this.others++;
  }

  private takeMetadata({ name, pid, tid, givenName }: TraceEvent): void {
    if (givenName === '') return;
    if (name === 'process_name') this.processNames.set(pid, givenName);
    else if (name === 'thread_name') this.threadNames.set(`${pid}\n${tid}`, givenName);
  }

  private takeNames({ name, pid, url, workerThreadId, pageUrl, pagePid }: TraceEvent): void {
    if (pageUrl !== '' && pagePid !== '') this.pages.set(pagePid, pageUrl);
    if (name === 'TracingSessionIdForWorker' && workerThreadId !== '' && url !== '')
      this.workers.set(`${pid}\n${workerThreadId}`, url);
  }

  /** The thread as a person knows it, with the page or script that it runs. */
  titleOf(pid: TraceId, tid: TraceId): string {
    if (tid === '') return 'Thread without a name';
    const key = `${pid}\n${tid}`;
    const name = this.threadNames.get(key) ?? (typeof tid === 'string' ? tid : `Thread ${tid}`);
    const page = this.workers.get(key) ?? (name === 'CrRendererMain' ? this.pages.get(pid) : undefined);
    return page === undefined ? name : `${name} (${page})`;
  }

  imported(pid: TraceId, tid: TraceId, profile: ImportedProfile['profile']): ImportedProfile {
    const processName = this.processNames.get(pid) ?? (typeof pid === 'string' ? pid : undefined);
    return {
      name: this.titleOf(pid, tid),
      profile,
      ...(typeof pid === 'number' && Number.isSafeInteger(pid) && pid >= 0 && { pid }),
      ...(processName !== undefined && { processName }),
    };
  }
}

/**
 * Reads a trace: one profile per V8 CPU profile in it or, when it has none, one per thread that ran tasks.
 * A trace whose end is missing, because the browser was killed, is read as far as it goes, as DevTools does.
 * @throws ProfileFormatError
 */
function parseTrace(source: ByteSource, options: ParseOptions = {}): ImportedFile {
  const watched = endNoting(source);
  const reader = new JsonReader(watched, {
    expected: 'a performance trace of Chrome DevTools',
    hint: 'Check that the file was written completely, or record it again.',
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const trace = new Trace();
  let cutOff = false;
  try {
    readWhole(reader, trace);
  } catch (error) {
    if (!(error instanceof ProfileFormatError) || !watched.ended || trace.events === 0) throw error;
    cutOff = true;
  }
  const notes: string[] = [];
  if (cutOff) notes.push('The file breaks off before its end; everything before that point is shown.');
  const profiles = trace.cpu.tracks.some(({ samples }) => samples.length > 0)
    ? cpuProfiles(trace, options, notes, reader)
    : taskProfiles(trace, options, notes);
  if (profiles.length === 0)
    throw reader.malformed(
      trace.cpu.tracks.length > 0
        ? 'its CPU profiles have no samples'
        : 'it has neither CPU samples nor tasks that take time',
      '',
    );
  return { format: 'chrome-trace', profiles, notes };
}

function readWhole(reader: JsonReader, trace: Trace): void {
  if (reader.peek() === 'array') trace.readEvents(reader);
  else {
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
      if (key === 'traceEvents') trace.readEvents(reader);
      else reader.skip();
  }
  reader.finish();
}

function cpuProfiles(
  trace: Trace,
  options: ParseOptions,
  notes: string[],
  reader: JsonReader,
): ImportedProfile[] {
  const { cpu } = trace;
  const tracks = cpu.tracks.filter(({ samples }) => samples.length > 0);
  const originUs =
    options.originUs ?? tracks.reduce((first, track) => Math.min(first, cpu.startOf(track)), Infinity);
  const perThread = new Map<string, number>();
  for (const { pid, tid } of tracks)
    perThread.set(`${pid}\n${tid}`, (perThread.get(`${pid}\n${tid}`) ?? 0) + 1);
  let lostCallers = 0;
  let lostSamples = 0;
  const profiles = tracks.map((track) => {
    const built = cpu.build(track, originUs, reader);
    lostCallers += built.lostCallers;
    lostSamples += built.lostSamples;
    const profile = trace.imported(track.pid, track.tid, built.profile);
    if (perThread.get(`${track.pid}\n${track.tid}`)! > 1)
      profile.name += `, ${track.source === '' ? 'profile' : track.source} ${track.id}`;
    return profile;
  });
  const headless = tracks.filter(({ startTime }) => Number.isNaN(startTime)).length;
  if (headless > 0)
    notes.push(
      `The beginning of ${counted(headless, 'CPU profile')} is missing, so its times are estimates and its thread is unknown.`,
    );
  if (lostCallers > 0)
    notes.push(
      `${counted(lostCallers, 'call')} stand at the root, because their callers are not in the file.`,
    );
  if (lostSamples > 0)
    notes.push(
      `${counted(lostSamples, 'sample')} refer to stacks that are not in the file and count as (unknown).`,
    );
  const other = trace.others + trace.tasks.count;
  if (other > 0)
    notes.push(
      `Besides CPU samples the trace has ${counted(other, 'event')} (tasks, frames, network), which are not shown.`,
    );
  return profiles;
}

function taskProfiles(trace: Trace, options: ParseOptions, notes: string[]): ImportedProfile[] {
  const originUs = options.originUs ?? trace.tasks.earliest();
  let overlapping = 0;
  let unmatched = 0;
  const profiles: ImportedProfile[] = [];
  for (const thread of trace.tasks.threads) {
    const built = trace.tasks.build(thread, originUs);
    overlapping += built.overlapping;
    unmatched += built.unmatched;
    if (built.profile.samples.length > 0)
      profiles.push(trace.imported(thread.pid, thread.tid, built.profile));
  }
  notes.push('The trace has no CPU samples: its tasks are shown with the time that they took.');
  if (overlapping > 0)
    notes.push(
      `${counted(overlapping, 'task')} reach beyond the end of the task around them and are cut there.`,
    );
  if (unmatched > 0)
    notes.push(`${counted(unmatched, 'task')} have a beginning without end or an end without beginning.`);
  if (trace.others > 0)
    notes.push(
      `${counted(trace.others, 'event')} that take no time on a thread (asynchronous ones, counters, marks) are not shown.`,
    );
  return profiles;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

/** The source, and whether somebody has tried to read beyond its end. */
function endNoting(source: ByteSource): ByteSource & { readonly ended: boolean } {
  let ended = false;
  return {
    name: source.name,
    next() {
      const piece = source.next();
      ended ||= piece === null;
      return piece;
    },
    rewind() {
      ended = false;
      source.rewind();
    },
    get share() {
      return source.share;
    },
    get ended() {
      return ended;
    },
  };
}
