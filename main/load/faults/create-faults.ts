/**
 * The faults of a run: started by the scenario's plan or by hand, each for its time, all of them ended with the run. A
 * fault that cannot be done is told, never pretended.
 */
import type { LoadState, Mark, RunWarning, TargetExit } from '../../api';
import { formatDurationMs } from '../../../profiles/format';
import { AppError, toAppError } from '../../errors';
import type { Fault, PlannedFault } from '../../scenario';
import type { TargetThread } from '../../target/types';
import type { Acting, EndReason } from './acting';
import { blockLoops, type Span } from './block';
import { contend } from './contention';
import { faultText } from './fault-text';
import { capMemory } from './memory-cap';
import { MemoryGroup } from './memory-group';
import type { Proxy, ProxyCounts } from './proxy';
import { pauseTree } from './pause';
import type { RestartableTarget } from './restartable-target';
import type { HappenedFault } from './types';

/** What faults need from the run. Times are µs since its start. */
export interface FaultPorts {
  nowUs(): number;
  /** The run's start on the host's monotonic clock, µs. */
  originUs: number;
  /** The target's living processes, the root first. */
  pids(): Promise<number[]>;
  /** Main threads whose event loops are the program's. */
  loops(): TargetThread[];
  /** Null when the target was attached to: nobody knows how to start it again. */
  restartable(): RestartableTarget | null;
  /** Rejects with an AppError when there is no such place. */
  proxyAt(via: string): Promise<Proxy>;
  onMarks(marks: Mark[]): void;
  onWarning(warning: RunWarning): void;
  /** `active` has changed. */
  onChange(): void;
  /** One is about to begin, or has just ended: what the load does from here on is told apart. */
  onTurn(): void;
  /** One has begun or ended. */
  onFault(fault: HappenedFault): void;
  /** That this one cannot be done was told before. */
  isToldImpossible?(fault: Fault): boolean;
}

export interface Faults {
  /** Begins one now, for `forMs` or until it is ended. Rejects with an AppError when it cannot be done. */
  start(fault: Fault, forMs: number | undefined, byHand: boolean): Promise<string>;
  /** Rejects with NOT_FOUND when there never was such a fault; one that is over stays over. */
  end(id: string): Promise<void>;
  /** Begins each at its time from now on. */
  plan(planned: readonly PlannedFault[]): void;
  /** The load has ended: what was planned for it ends too. */
  planIsOver(): Promise<void>;
  /** The run ends: so does everything; nothing begins any more. Never rejects. */
  endAll(): Promise<void>;
  /** The target has ended, and not by us. */
  targetGone(exit: TargetExit): void;
  /** A target with this first process has just been started. */
  targetStarted(planned: readonly PlannedFault[], pid: number): Promise<void>;
  readonly active: NonNullable<LoadState['faults']>;
  /** All that have begun, in that order. */
  readonly happened: readonly HappenedFault[];
  /** Marks of what faults did, told as theirs instead of the program's. */
  explain(marks: Mark[]): Mark[];
}

export function createFaults(ports: FaultPorts): Faults {
  return new ScheduledFaults(ports);
}

interface Active {
  record: HappenedFault;
  acting: Acting;
  timer: NodeJS.Timeout | undefined;
  ended: Promise<void> | undefined;
}

/** A thread stood still because of a fault; all threads when it has no key. */
interface Stall {
  thread?: string;
  startUs: number;
  endUs: number;
  text: string;
  /** Asked for and not told yet: so long it will be, somewhere in between. */
  expectedMs?: number;
}

/** A program that was started again and ends so soon has failed to start. */
const startFailureMs = 10_000;
/** Timers have whole milliseconds; delays that are longer than asked for by more than this are told. */
const leastLateMs = 2;
const leastLateShare = 0.05;
/** By so much a busy machine may lengthen a stall of ours. */
const mostLateMs = 100;

class ScheduledFaults implements Faults {
  readonly happened: HappenedFault[] = [];
  private readonly current = new Map<string, Active>();
  /** Those that have not begun yet. */
  private readonly planned = new Map<NodeJS.Timeout, PlannedFault>();
  private readonly beginning = new Set<Promise<unknown>>();
  private readonly stalls: Stall[] = [];
  private group: MemoryGroup | null = null;
  private lastId = 0;
  private isOver = false;

  constructor(private readonly ports: FaultPorts) {}

  get active(): NonNullable<LoadState['faults']> {
    return [...this.current.values()].map(({ record: { id, text, byHand, startedUs } }) => ({
      id,
      text,
      byHand,
      startedUs,
    }));
  }

  start(fault: Fault, forMs: number | undefined, byHand: boolean): Promise<string> {
    const begun = this.begin(fault, forMs, byHand);
    const settled = begun.catch(() => undefined).finally(() => this.beginning.delete(settled));
    this.beginning.add(settled);
    return begun;
  }

  async end(id: string): Promise<void> {
    const active = this.current.get(id);
    if (active) await this.endOne(active, 'asked');
    else if (!this.happened.some((fault) => fault.id === id))
      throw new AppError('NOT_FOUND', `There is no fault ${id} in this run.`);
  }

  plan(planned: readonly PlannedFault[]): void {
    for (const each of planned) {
      const { atMs, forMs, fault } = each;
      const timer = setTimeout(() => {
        this.planned.delete(timer);
        this.start(fault, forMs, false).catch((error: unknown) => this.failed(fault, toAppError(error)));
      }, atMs);
      this.planned.set(timer, each);
    }
  }

  async planIsOver(): Promise<void> {
    this.clearTimers();
    await Promise.all(this.beginning);
    const planned = [...this.current.values()].filter(({ record }) => !record.byHand);
    await Promise.all(planned.map((active) => this.endOne(active, 'asked')));
  }

  async endAll(): Promise<void> {
    this.isOver = true;
    this.clearTimers();
    await Promise.all(this.beginning);
    await Promise.all([...this.current.values()].map((active) => this.endOne(active, 'over')));
    const { group } = this;
    this.group = null;
    await group?.remove();
  }

  targetGone({ code, signal }: TargetExit): void {
    const last = this.happened.findLast(({ startedUs, endedUs }) => startedUs !== endedUs);
    const touched = new Set([...this.current.values()].map(({ record }) => record));
    if (last) touched.add(last);
    const goneUs = this.ports.nowUs();
    for (const record of touched) record.goneUs = goneUs;
    if (last?.fault.kind !== 'kill' || last.endedUs === undefined || last.problem !== undefined) return;
    const livedMs = (goneUs - last.endedUs) / 1000;
    // Later ones have reasons of their own.
    if (livedMs > startFailureMs) return;
    const how = signal !== null ? `was ended by ${signal}` : `ended with exit code ${code ?? 'unknown'}`;
    last.problem = `It was started again, and ${how} after ${formatDurationMs(livedMs)}.`;
  }

  async targetStarted(planned: readonly PlannedFault[], pid: number): Promise<void> {
    if (!planned.some(({ fault }) => fault.kind === 'memory') || process.platform !== 'linux') return;
    if (this.group) await this.group.add(pid).catch(() => undefined);
    else this.group = await MemoryGroup.around(pid);
  }

  explain(marks: Mark[]): Mark[] {
    return marks.map((mark) => {
      if (mark.kind !== 'blocked' || mark.startUp) return mark;
      const endUs = mark.tUs + mark.durationMs * 1000;
      const stall = this.stallsNow().find((each) => {
        if (each.thread !== undefined && each.thread !== mark.thread) return false;
        if (each.expectedMs !== undefined && mark.durationMs > each.expectedMs * 1.5 + mostLateMs)
          return false;
        const commonUs = Math.min(endUs, each.endUs) - Math.max(mark.tUs, each.startUs);
        // A block is told from the loop's last turn before it: a little longer than what we did.
        return commonUs > (mark.durationMs * 1000) / 2;
      });
      return stall ? { ...mark, ours: true, text: `${mark.text}, by the fault “${stall.text}”` } : mark;
    });
  }

  private async begin(fault: Fault, forMs: number | undefined, byHand: boolean): Promise<string> {
    if (this.isOver) throw new AppError('NO_RUN', 'The run is ending: no more faults.');
    const { ports } = this;
    const id = `f${++this.lastId}`;
    const record: HappenedFault = { id, fault, text: faultText(fault), byHand, startedUs: ports.nowUs() };
    // These act when the proxy has them, or the threads spin; answers of the time until then would pass for their own.
    const actsLater = ['latency', 'bandwidth', 'cpu'].includes(fault.kind);
    const isFeltEarlier = fault.kind === 'cpu';
    if (!actsLater || isFeltEarlier) ports.onTurn();
    if (isFeltEarlier) record.preparedFromUs = record.startedUs;
    const acting = await this.act(fault, record);
    if (actsLater) {
      record.startedUs = ports.nowUs();
      ports.onTurn();
    }
    const active: Active = { record, acting, timer: undefined, ended: undefined };
    if (acting.means !== undefined) record.means = acting.means;
    if (acting.problem !== undefined) record.problem = acting.problem;
    this.happened.push(record);
    this.current.set(id, active);
    if (forMs !== undefined) {
      // From its beginning, however long that took.
      const leftMs = Math.max(0, forMs - (ports.nowUs() - record.startedUs) / 1000);
      active.timer = setTimeout(() => void this.endOne(active, 'time'), leftMs);
    }
    ports.onMarks([this.markOf(record)]);
    ports.onFault(record);
    ports.onChange();
    return id;
  }

  private async act(fault: Fault, record: HappenedFault): Promise<Acting> {
    const { ports } = this;
    switch (fault.kind) {
      case 'latency':
      case 'bandwidth':
      case 'drop': {
        const proxy = await ports.proxyAt(fault.via);
        const before = await proxy.counts();
        record.startedUs = ports.nowUs();
        await proxy.begin(record.id, fault);
        return {
          means: `TCP proxy ${proxy.address.host}:${proxy.address.port}`,
          end: async () => {
            await proxy.end(record.id).catch(() => undefined);
            const after = await proxy.counts().catch(() => undefined);
            if (!after) return { problem: 'The proxy had ended before.' };
            if (fault.kind === 'drop') {
              const reset = after.dropped - before.dropped;
              return { means: `${reset === 1 ? 'one connection' : `${reset} connections`} reset` };
            }
            if (bytesThrough(after) === bytesThrough(before))
              return { problem: 'Nothing went through the proxy while it lasted.' };
            return fault.kind === 'latency' ? lateness(before, after, fault.delayMs) : undefined;
          },
        };
      }
      case 'cpu':
        return contend(fault.processes);
      case 'memory':
        return capMemory({
          pids: await ports.pids(),
          limitBytes: fault.limitBytes,
          group: record.byHand ? null : this.group,
        });
      case 'block':
        return blockLoops({
          threads: () => ports.loops(),
          blockMs: fault.blockMs,
          ...(fault.everyMs !== undefined && { everyMs: fault.everyMs }),
          onAsked: (thread) => this.stalling(thread, fault.blockMs, record.text),
        });
      case 'pause': {
        const acting = await pauseTree(() => ports.pids());
        return {
          ...acting,
          end: async () => {
            await acting.end('asked');
            this.stalls.push({ startUs: record.startedUs, endUs: ports.nowUs(), text: record.text });
          },
        };
      }
      case 'kill':
        return this.kill(fault.signal, record);
    }
  }

  private async kill(name: 'SIGKILL' | 'SIGTERM', record: HappenedFault): Promise<Acting> {
    const { ports } = this;
    const target = ports.restartable();
    if (target?.isDown)
      throw new AppError('BAD_INPUT', 'It has been killed already and not been started again yet.');
    if (!target)
      throw new AppError(
        'BAD_INPUT',
        'A program that was attached to cannot be started again, so it is not killed.',
        {
          hint: 'Let Scorchmark launch it.',
        },
      );
    record.startedUs = ports.nowUs();
    await target.kill(name);
    return {
      end: async (reason) => {
        if (reason === 'over') return { problem: 'The run ended before it was started again.' };
        try {
          const { forced } = await target.startAgain();
          return forced && name === 'SIGTERM'
            ? { means: 'it had not ended by itself when its time was over, and was killed' }
            : undefined;
        } catch (error) {
          return { problem: toAppError(error).message };
        }
      },
    };
  }

  private async endOne(active: Active, reason: EndReason): Promise<void> {
    active.ended ??= this.endNow(active, reason);
    await active.ended;
  }

  private async endNow(active: Active, reason: EndReason): Promise<void> {
    const { record, acting } = active;
    clearTimeout(active.timer);
    const last = await acting.end(reason);
    record.endedUs = this.ports.nowUs();
    if (last?.means !== undefined) record.means = [record.means, last.means].filter(Boolean).join('; ');
    if (last?.problem !== undefined) {
      record.problem = last.problem;
      if (reason !== 'over') this.warn(record.text, last.problem);
    }
    this.current.delete(record.id);
    this.ports.onTurn();
    this.ports.onMarks([this.markOf(record)]);
    this.ports.onFault(record);
    this.ports.onChange();
  }

  /** A planned one could not be done: that, too, is part of the report. */
  private failed(fault: Fault, error: AppError): void {
    if (this.isOver) return;
    const nowUs = this.ports.nowUs();
    const record: HappenedFault = {
      id: `f${++this.lastId}`,
      fault,
      text: faultText(fault),
      byHand: false,
      startedUs: nowUs,
      endedUs: nowUs,
      problem: error.message,
    };
    this.happened.push(record);
    if (!this.ports.isToldImpossible?.(fault)) this.warn(record.text, error.message, error.hint);
    this.ports.onFault(record);
  }

  /** The program's own report of its stall may come before the answer that says when ours was. */
  private stalling(thread: string, expectedMs: number, text: string): (span?: Span) => void {
    const { originUs } = this.ports;
    const stall: Stall = { thread, startUs: this.ports.nowUs(), endUs: Infinity, text, expectedMs };
    this.stalls.push(stall);
    return (span) => {
      delete stall.expectedMs;
      stall.endUs = span ? span.endUs - originUs : stall.startUs;
      if (span) stall.startUs = span.startUs - originUs;
    };
  }

  /** Also of those that go on: a mark may come before we are told what we did. */
  private stallsNow(): Stall[] {
    const nowUs = this.ports.nowUs();
    const now = [...this.current.values()]
      .filter(({ record }) => record.fault.kind === 'pause')
      .map(({ record: { startedUs, text } }): Stall => ({ startUs: startedUs, endUs: nowUs, text }));
    return [...this.stalls, ...now];
  }

  private markOf({ id, text, fault, startedUs, endedUs }: HappenedFault): Mark {
    return {
      kind: 'fault',
      tUs: startedUs,
      ...(endedUs !== undefined && { durationMs: (endedUs - startedUs) / 1000 }),
      text,
      faultId: id,
      faultKind: fault.kind,
    };
  }

  private warn(text: string, message: string, hint?: string): void {
    this.ports.onWarning({
      tUs: this.ports.nowUs(),
      source: 'fault',
      message: `${text}: ${message}`,
      ...(hint !== undefined && { hint }),
    });
  }

  private clearTimers(): void {
    for (const [timer, { atMs, fault }] of this.planned) {
      clearTimeout(timer);
      const at = formatDurationMs(atMs);
      if (this.ports.isToldImpossible?.(fault)) continue;
      this.warn(
        faultText(fault),
        `it was planned for ${at} after the load’s begin, and there was no load any more.`,
      );
    }
    this.planned.clear();
  }
}

function bytesThrough({ bytesToUpstream, bytesToClient }: ProxyCounts): number {
  return bytesToUpstream + bytesToClient;
}

/** Delays of a busy machine are longer than asked for: that is no effect of the fault. */
function lateness(before: ProxyCounts, after: ProxyCounts, delayMs: number): { means?: string } | undefined {
  const held = after.held - before.held;
  const lateMs = (after.lateMs - before.lateMs) / held;
  if (held === 0 || lateMs < Math.max(leastLateMs, delayMs * leastLateShare)) return undefined;
  return { means: `on average ${formatDurationMs(lateMs)} longer than asked for, as the machine was busy` };
}
