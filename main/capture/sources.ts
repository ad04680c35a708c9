/**
 * The sources of the scripts that occur in samples, fetched from the isolate itself: what really ran, whatever happens to the
 * files later. The debugger is on only for moments: while it is, V8 keeps no compiled `eval` code (compilation cache) and
 * tells us of each new script. `debugger;` statements and exceptions stop nothing (`setSkipAllPauses`).
 */
import type { V8CpuProfile, V8HeapProfile } from '../../profiles/types';
import type { InspectorSession } from '../target/types';
import type { RunSources } from './run-sources';
import { messageOf, troubleOf, within, type Trouble } from './trouble';
import type { Collector, ThreadCollectorOptions } from './types';

/** From the first sample of a new script until it is asked for: start-up has more to do, and brings more scripts. */
const firstPauseMs = 250;
/** Turning the debugger on makes V8 hash and tell all scripts; it may take this share of the target's time. */
const shareOfTime = 0.01;
const shortestPauseMs = 1000;
const longestPauseMs = 60_000;
/** Scripts are asked for in small groups, with a rest for the target in between: this many times as long as the last took. */
const groupScripts = 8;
const groupCharacters = 300_000;
const restFactor = 4;
const longestRestMs = 100;
/** A script that is no longer referenced (a module whose code has run) is collected; V8 keeps its text for us for so many bytes. */
const collectedScriptsBytes = 20_000_000;
const flushTimeoutMs = 1000;
/** An ending process waits for us no longer than this. */
const stopTimeoutMs = 1500;

interface ParsedScript {
  scriptId: string;
  url: string;
  hash: string;
  length?: number;
  sourceMapUrl: string;
}

export class SourceCollector implements Collector {
  readonly name = 'sources';
  readonly source: string;
  private readonly trouble: Trouble;
  private readonly session: InspectorSession;
  /** Scripts of frames that were seen, and those of them still to be fetched, by V8's id. */
  private readonly seen = new Set<string>();
  private readonly wanted = new Map<string, string>();
  private readonly keeping = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private inFlight: Promise<void> | undefined;
  private pauseMs = firstPauseMs;
  private endRest: (() => void) | undefined;
  private isEnding = false;
  private isOver = false;

  constructor(
    private readonly options: ThreadCollectorOptions,
    private readonly run: RunSources,
  ) {
    const { thread, sink, clock } = options;
    this.session = thread.session;
    this.source = `sources ${thread.info.key}`;
    this.trouble = troubleOf(this.source, thread, sink, clock);
  }

  /** Nothing is asked while the isolate is held at its start. */
  start(): Promise<void> {
    void this.session.closed.then(() => this.end());
    return Promise.resolve();
  }

  seeCpu(chunk: V8CpuProfile): void {
    for (const { callFrame } of chunk.nodes) this.see(callFrame);
    this.schedule();
  }

  seeAllocations(profile: V8HeapProfile): void {
    const open = [profile.head];
    for (let node = open.pop(); node; node = open.pop()) {
      this.see(node.callFrame);
      for (const child of node.children) open.push(child);
    }
    this.schedule();
  }

  async flush(): Promise<void> {
    if (this.isOver) return;
    await within(this.fetchAll(), flushTimeoutMs, this.options.thread);
  }

  async stop(): Promise<void> {
    if (this.isOver) return;
    this.isEnding = true;
    this.endRest?.();
    clearTimeout(this.timer);
    try {
      await within(this.fetchAll(), stopTimeoutMs, this.options.thread);
    } catch {
      // At its end an isolate refuses calls in many ways; what was fetched is kept.
    }
    this.end();
    // Reading maps from the disk is our own time, not the target's.
    await Promise.all(this.keeping);
  }

  private end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted.clear();
  }

  private see({ scriptId, url }: { scriptId: string; url: string }): void {
    if (this.seen.has(scriptId) || this.isOver) return;
    this.seen.add(scriptId);
    if (!isWanted(url)) return;
    this.wanted.set(scriptId, url);
    this.keepUntilDone(this.run.seeUrl(url));
  }

  private schedule(): void {
    if (this.wanted.size === 0 || this.timer || this.isOver || this.isEnding) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.fetch().catch((error: unknown) => {
        this.trouble.tellUnlessEnding(
          `The sources of ${this.options.thread.info.title} are no longer read: ${messageOf(error)}`,
          'The source view shows what is missing from the disk, where it may change.',
        );
        this.end();
      });
    }, this.pauseMs);
  }

  /** Everything that has been seen when the isolate answers: chunks that are under way arrive before. */
  private async fetchAll(): Promise<void> {
    if (this.wanted.size > 0 || this.inFlight) await this.fetch();
    else await this.session.send('Runtime.getIsolateId');
    if (this.wanted.size > 0) await this.fetch();
  }

  private fetch(): Promise<void> {
    this.inFlight ??= this.fetchWanted().finally(() => {
      this.inFlight = undefined;
      this.schedule();
    });
    return this.inFlight;
  }

  private async fetchWanted(): Promise<void> {
    const parsed = new Map<string, ParsedScript>();
    const off = this.session.on(
      'Debugger.scriptParsed',
      ({ scriptId, url, hash, length, sourceMapURL, scriptLanguage }) => {
        if (url !== '' && scriptLanguage !== 'WebAssembly')
          parsed.set(scriptId, { scriptId, url, hash, length, sourceMapUrl: sourceMapURL ?? '' });
      },
    );
    try {
      const startedMs = performance.now();
      await Promise.all([
        // Before and after: a `debugger;` statement may be the very next thing that runs.
        this.session.send('Debugger.setSkipAllPauses', { skip: true }),
        this.session.send('Debugger.enable', { maxScriptsCacheSize: collectedScriptsBytes }),
        this.session.send('Debugger.setSkipAllPauses', { skip: true }),
      ]);
      const costMs = performance.now() - startedMs;
      this.pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, costMs / shareOfTime));
      while (this.wanted.size > 0 && !this.isOver) await this.fetchGroup(this.nextGroup(parsed));
    } finally {
      off();
      // Nobody waits for it: an ending isolate may not answer any more.
      if (!this.session.isClosed) this.session.send('Debugger.disable').catch(() => undefined);
    }
  }

  /** The most wanted first: the program's own scripts, then packages, then Node's. */
  private nextGroup(parsed: Map<string, ParsedScript>): ParsedScript[] {
    const group: ParsedScript[] = [];
    let characters = 0;
    const byRank = [...this.wanted].sort(([, one], [, other]) => rankOf(one) - rankOf(other));
    for (const [scriptId] of byRank) {
      if (group.length >= groupScripts || characters >= groupCharacters) break;
      this.wanted.delete(scriptId);
      const script = parsed.get(scriptId);
      // Collected meanwhile, no JavaScript, or known from another isolate.
      if (!script || !this.run.claim(script)) continue;
      group.push(script);
      characters += script.length ?? groupCharacters;
    }
    return group;
  }

  private async fetchGroup(group: ParsedScript[]): Promise<void> {
    const startedMs = performance.now();
    await Promise.all(group.map((script) => this.fetchOne(script)));
    if (this.isEnding || group.length === 0) return;
    const restMs = Math.min(longestRestMs, restFactor * (performance.now() - startedMs));
    await new Promise<void>((resolve) => {
      this.endRest = resolve;
      setTimeout(resolve, restMs);
    });
  }

  private async fetchOne(script: ParsedScript): Promise<void> {
    try {
      const { scriptSource } = await this.session.send('Debugger.getScriptSource', {
        scriptId: script.scriptId,
      });
      this.keepUntilDone(this.run.keep({ ...script, text: scriptSource }));
    } catch {
      // Collected just now, or the isolate is at its end: another isolate may still have it.
      this.run.release(script);
    }
  }

  private keepUntilDone(work: Promise<void>): void {
    this.keeping.add(work);
    void work.finally(() => this.keeping.delete(work));
  }
}

/** Code without a URL cannot be named by a frame; what we run in the isolate ourselves is nobody's source. */
function isWanted(url: string): boolean {
  return url !== '' && !url.startsWith('scorchmark:') && !url.startsWith('wasm:');
}

function rankOf(url: string): number {
  if (url.startsWith('node:')) return 2;
  return url.includes('node_modules') ? 1 : 0;
}
