/**
 * The sources of the scripts that occur in samples: what really ran, whatever happens to the files later.
 *
 * Only the debugger can tell what really ran, and turning it on stops the isolate while V8 hashes and announces all its
 * scripts: 200 ms and more with 1,500 of them (measured, Node 20). Leaving it on instead cost a start-up with 1,500 modules
 * half as much CPU time again, WebAssembly 15 to 50 %, and a program that evaluates small strings seventy times its time.
 * So it is on only for moments, and in a program with many scripts only at the end; until then the files are copied from
 * the disk, and the copies are told as such until V8 has confirmed them. Scripts that a loader made of other languages are
 * not on the disk; for them V8 is asked at once. Each such pause is told on the timeline and is not the program's delay.
 * `debugger;` statements and exceptions stop nothing (`setSkipAllPauses`).
 */
import { z } from 'zod';
import type { V8CpuProfile, V8HeapProfile } from '../../profiles/types';
import type { InspectorSession } from '../target/types';
import { asFileUrl } from './source-map-comment';
import type { DiskCopy, RunSources } from './run-sources';
import { messageOf, troubleOf, within, type Trouble } from './trouble';
import type { Collector, ThreadCollectorOptions } from './types';

/** From the first sample of a new script until it is asked for: start-up has more to do, and brings more scripts. */
const firstPauseMs = 250;
/** Turning the debugger on makes V8 hash and tell all scripts; it may take this share of the target's time. */
const shareOfTime = 0.01;
const shortestPauseMs = 1000;
const longestPauseMs = 60_000;
/** A stop of the target that nobody notices: less than three frames, and than what is called a block. */
const unnoticedMs = 40;
/** First guess of what V8 needs for one script; after that it is measured. Node's own and small files go faster. */
const msPerScriptAtFirst = 0.13;
/** Shorter pauses are not worth a mark. */
const shortestMarkMs = 5;
/** Scripts are asked for in small groups, with a rest for the target in between: this many times as long as the last took. */
const groupScripts = 8;
const groupCharacters = 300_000;
/** At the end nobody is disturbed, and each answer may take 40 ms however small it is (delayed acknowledgement). */
const lastGroupScripts = 100;
const lastGroupCharacters = 10_000_000;
const restFactor = 4;
const longestRestMs = 100;
/** A script that is no longer referenced (a module whose code has run) is collected; V8 keeps its text for us for so many bytes. */
const collectedScriptsBytes = 20_000_000;
const flushTimeoutMs = 5000;
/** An ending process waits for us no longer than this. */
const stopTimeoutMs = 10_000;

/** `pauseBegins` and `pauseEnds` of the agent; times are µs on the host's monotonic clock. */
const begunSchema = z.object({ attachedUptimeMs: z.number() });
const endedSchema = z.object({ startUs: z.number(), durationUs: z.number() });
const agentCall = (method: string): string => `(() => {
  const agent = globalThis[Symbol.for('scorchmark.agent')];
  return agent && agent.runtime && agent.runtime.${method}();
})()
//# sourceURL=scorchmark:sources`;

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
  /** Those that have come since the last look. */
  private readonly fresh = new Map<string, string>();
  /** V8 numbers scripts from 1 on: how many there are at most. */
  private highestId = 0;
  /** How many there were when V8 was last asked, and how far it had numbered. */
  private counted = { scripts: 0, highestId: 0 };
  private msPerScript = msPerScriptAtFirst;
  private mayAskAtMs = 0;
  private readonly keeping = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private inFlight: Promise<void> | undefined;
  private isFirstLook = true;
  private endRest: (() => void) | undefined;
  private isEnding = false;
  /** Somebody waits for the texts. */
  private isHurried = false;
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
    this.isHurried = true;
    this.endRest?.();
    try {
      await within(this.fetchAll(), flushTimeoutMs, this.options.thread);
    } finally {
      this.isHurried = this.isEnding;
    }
  }

  async stop(): Promise<void> {
    if (this.isOver) return;
    this.isEnding = this.isHurried = true;
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
    this.fresh.clear();
  }

  private see({ scriptId, url: named }: { scriptId: string; url: string }): void {
    if (this.seen.has(scriptId) || this.isOver) return;
    this.seen.add(scriptId);
    this.highestId = Math.max(this.highestId, Number(scriptId) || 0);
    // Allocation profiles name files by path, the debugger by URL.
    const url = asFileUrl(named);
    if (!isWanted(url)) return;
    this.wanted.set(scriptId, url);
    this.fresh.set(scriptId, url);
    this.keepUntilDone(this.run.seeUrl(url));
  }

  private schedule(): void {
    if (this.fresh.size === 0 || this.timer || this.inFlight || this.isOver || this.isEnding) return;
    const pauseMs = this.isFirstLook ? firstPauseMs : shortestPauseMs;
    this.isFirstLook = false;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.look().catch((error: unknown) => {
        this.trouble.tellUnlessEnding(
          `The sources of ${this.options.thread.info.title} are no longer read: ${messageOf(error)}`,
          'The source view shows what is missing from the disk, where it may change.',
        );
        this.end();
      });
    }, pauseMs);
  }

  private async look(): Promise<void> {
    const mayAsk = performance.now() >= this.mayAskAtMs;
    if (mayAsk && this.expectedPauseMs() <= unnoticedMs) return this.fetch();
    const fresh = [...this.fresh];
    this.fresh.clear();
    let isUrgent = false;
    for (const [scriptId, url] of fresh) {
      if ((await this.run.copy(url)).kind !== 'transpiled') continue;
      isUrgent = true;
      this.fresh.set(scriptId, url);
    }
    if (isUrgent && mayAsk) await this.fetch();
    else this.schedule();
  }

  /** How long V8 would stop the program to tell of all its scripts. */
  private expectedPauseMs(): number {
    const since = this.highestId - this.counted.highestId;
    return (this.counted.scripts + Math.max(0, since)) * this.msPerScript;
  }

  /** Everything that has been seen when the isolate answers: chunks that are under way arrive before. */
  private async fetchAll(): Promise<void> {
    const attachedUptimeMs = await this.pauseBegins();
    await this.inFlight;
    if (this.wanted.size === 0 || (await this.mayLetBe(attachedUptimeMs))) return;
    await this.fetch();
    if (this.wanted.size > 0) await this.fetch();
  }

  /**
   * A process that we only visit lives on: it is not stopped noticeably for texts that are the disk's beyond reasonable
   * doubt, in files older than the process itself. They stay told as copies.
   */
  private async mayLetBe(attachedUptimeMs: number): Promise<boolean> {
    if (attachedUptimeMs < 0 || this.expectedPauseMs() <= unnoticedMs) return false;
    const startedAtMs = Date.now() - attachedUptimeMs;
    const copies = await Promise.all([...this.wanted.values()].map((url) => this.run.copy(url)));
    return !copies.some((copy: DiskCopy) =>
      copy.kind === 'copied' ? copy.changedAtMs >= startedAtMs : copy.kind === 'transpiled',
    );
  }

  /** Resolves with the age of a process that was running before we came, ms; negative for others. */
  private async pauseBegins(): Promise<number> {
    const begun = begunSchema.safeParse(await this.callAgent('pauseBegins'));
    return begun.success ? begun.data.attachedUptimeMs : -1;
  }

  private async pauseEnds(): Promise<number | undefined> {
    const ended = endedSchema.safeParse(await this.callAgent('pauseEnds'));
    if (!ended.success) return undefined;
    const { startUs, durationUs } = ended.data;
    const durationMs = durationUs / 1000;
    const { sink, clock, thread } = this.options;
    if (durationMs >= shortestMarkMs)
      sink.marks([
        {
          kind: 'blocked',
          tUs: startUs - clock.originUs,
          durationMs,
          text: `Scorchmark stopped the program for ${Math.round(durationMs)} ms to read its sources`,
          thread: thread.info.key,
          ours: true,
        },
      ]);
    return durationMs;
  }

  private async callAgent(method: 'pauseBegins' | 'pauseEnds'): Promise<unknown> {
    const answer = this.session.send('Runtime.evaluate', {
      expression: agentCall(method),
      returnByValue: true,
      silent: true,
      includeCommandLineAPI: false,
      userGesture: false,
    });
    // An isolate at its end runs no more JavaScript, but may still tell its sources.
    return answer.then(
      ({ result }) => result.value as unknown,
      () => undefined,
    );
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
      const [, , , , pauseMs] = await Promise.all([
        this.pauseBegins(),
        // Before and after: a `debugger;` statement may be the very next thing that runs.
        this.session.send('Debugger.setSkipAllPauses', { skip: true }),
        this.session.send('Debugger.enable', { maxScriptsCacheSize: collectedScriptsBytes }),
        this.session.send('Debugger.setSkipAllPauses', { skip: true }),
        this.pauseEnds(),
      ]);
      this.fresh.clear();
      const costMs = pauseMs ?? performance.now() - startedMs;
      this.msPerScript = costMs / Math.max(1, parsed.size);
      this.counted = { scripts: parsed.size, highestId: highestOf(parsed) };
      this.mayAskAtMs =
        performance.now() + Math.min(longestPauseMs, Math.max(shortestPauseMs, costMs / shareOfTime));
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
    const most = this.isHurried
      ? { scripts: lastGroupScripts, characters: lastGroupCharacters }
      : { scripts: groupScripts, characters: groupCharacters };
    let characters = 0;
    const byRank = [...this.wanted].sort(([, one], [, other]) => rankOf(one) - rankOf(other));
    for (const [scriptId, url] of byRank) {
      if (group.length >= most.scripts || characters >= most.characters) break;
      this.wanted.delete(scriptId);
      const script = parsed.get(scriptId);
      if (!script) {
        // No JavaScript, or collected before V8 was asked: its code had run. The file is what is left of it.
        this.keepUntilDone(this.run.copy(url).then(() => undefined));
        continue;
      }
      // It may be known from another isolate.
      if (!this.run.claim(script)) continue;
      group.push(script);
      characters += script.length ?? groupCharacters;
    }
    return group;
  }

  private async fetchGroup(group: ParsedScript[]): Promise<void> {
    const startedMs = performance.now();
    await Promise.all(group.map((script) => this.fetchOne(script)));
    if (this.isHurried || group.length === 0) return;
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

function highestOf(parsed: ReadonlyMap<string, unknown>): number {
  let highest = 0;
  for (const id of parsed.keys()) highest = Math.max(highest, Number(id) || 0);
  return highest;
}

/** Code without a URL cannot be named by a frame; what we run in the isolate ourselves is nobody's source. */
function isWanted(url: string): boolean {
  return url !== '' && !url.startsWith('scorchmark:') && !url.startsWith('wasm:');
}

function rankOf(url: string): number {
  if (url.startsWith('node:')) return 2;
  return url.includes('node_modules') ? 1 : 0;
}
