/**
 * CPU samples, live and without gaps: overlapping console profiles. Every 500 ms the next is started and then the last
 * ended; the finished one arrives as `Profiler.consoleProfileFinished`. V8 serves the call by interrupt, so chunks keep
 * coming while the target's event loop is blocked.
 */
import type { Point } from '../api';
import type { V8CpuProfile } from '../../profiles/types';
import type { Collector, ThreadCollectorOptions } from './types';
import { CaptureError, messageOf, throwIfThrew, troubleOf, within, type Trouble } from './trouble';
import { utilizationOf } from './utilization';

const rotationMs = 500;
/** A flush waits this long for a target that does not answer (stopped by SIGSTOP, swapping, …). */
const flushTimeoutMs = 1500;
const stopTimeoutMs = 10_000;
/** How long an open chunk that someone else ended may mean that the isolate is ending. */
const restartMs = 30;
const objectGroup = 'scorchmark-cpu';

/**
 * Evaluated once in the isolate: starts the first chunk and returns what rotates. Prefers the agent's hook, which has
 * the inspector's own console and ends the open chunk at exit; an isolate without agent uses the global console.
 */
const starter = (first: string): string => `(() => {
  const rotator = {
    rotate(next, last) {
      const agent = globalThis[Symbol.for('scorchmark.agent')];
      if (agent && agent.cpu) return void agent.cpu.rotate(next, last);
      if (next !== '') console.profile(next);
      if (last !== '') console.profileEnd(last);
    },
  };
  rotator.rotate(${JSON.stringify(first)}, '');
  return rotator;
})()
//# sourceURL=scorchmark:cpu`;

/** Ends in a line break, as V8 puts it in parentheses. */
const rotateCall = `function rotate(next, last) { this.rotate(next, last); }
//# sourceURL=scorchmark:cpu-rotate
`;

let instances = 0;

export class CpuCollector implements Collector {
  readonly name = 'cpu';
  readonly source: string;
  private readonly trouble: Trouble;
  /** Tells our chunks from the person's own `console.profile` and from another workbench's. */
  private readonly prefix = `scorchmark:${process.pid}:${++instances}:`;
  private sequence = 0;
  /** The chunk that is being recorded; '' when none. */
  private open = '';
  private rotatorId: string | undefined;
  /** Where the last chunk ended, on the monotonic clock. */
  private lastEndUs = 0;
  private timer: NodeJS.Timeout | undefined;
  private inFlight: Promise<void> | undefined;
  private restart: NodeJS.Timeout | undefined;
  private removeListener: (() => void) | undefined;

  constructor(private readonly options: ThreadCollectorOptions) {
    const { thread, sink, clock } = options;
    this.source = `cpu ${thread.info.key}`;
    this.trouble = troubleOf(this.source, thread, sink, clock);
  }

  async start(): Promise<void> {
    const { session } = this.options.thread;
    this.removeListener = session.on('Profiler.consoleProfileFinished', ({ title, profile }) =>
      this.finished(title ?? '', profile),
    );
    this.open = this.nextId();
    try {
      // Sent in one go: each answer of Node's inspector may take 40 ms (delayed acknowledgement), and the target waits.
      const [, , started] = await Promise.all([
        session.send('Profiler.enable'),
        session.send('Profiler.setSamplingInterval', { interval: this.options.spec.cpuIntervalUs }),
        session.send('Runtime.evaluate', {
          expression: starter(this.open),
          objectGroup,
          silent: true,
          includeCommandLineAPI: false,
          userGesture: false,
          throwOnSideEffect: false,
          returnByValue: false,
        }),
      ]);
      if (started.exceptionDetails || started.result.objectId === undefined)
        throw new Error(started.exceptionDetails?.exception?.description ?? 'no rotator');
      this.rotatorId = started.result.objectId;
    } catch (error) {
      this.end();
      if (session.isClosed) return;
      throw new CaptureError(
        `CPU profiling could not start in ${this.options.thread.info.title}: ${messageOf(error)}`,
        'Another profiler may be at work in this process (node --cpu-prof, 0x, an APM agent). Stop it and record again.',
        { cause: error },
      );
    }
    this.timer = setInterval(() => void this.rotateUnlessBusy(), rotationMs);
    void session.closed.then(() => this.end());
  }

  async flush(): Promise<void> {
    if (!this.rotatorId || this.options.thread.session.isClosed) return;
    const rotated = (async () => {
      await this.inFlight;
      // Events keep their order: when the call is answered, the finished chunk is here.
      await this.rotateUnlessBusy();
    })();
    await within(rotated, flushTimeoutMs, this.options.thread);
  }

  async stop(): Promise<void> {
    const { session } = this.options.thread;
    clearInterval(this.timer);
    clearTimeout(this.restart);
    const rotatorId = this.rotatorId;
    this.rotatorId = undefined;
    if (rotatorId && !session.isClosed) {
      const last = this.open;
      const ended = Promise.all([
        last === '' ? undefined : this.call(rotatorId, '', last),
        session.send('Profiler.disable'),
        session.send('Runtime.releaseObjectGroup', { objectGroup }),
      ]);
      try {
        await within(ended, stopTimeoutMs, this.options.thread);
      } catch (error) {
        this.trouble.tellUnlessEnding(`The end of the CPU profile could not be taken: ${messageOf(error)}`);
      }
    }
    this.end();
  }

  private end(): void {
    clearInterval(this.timer);
    clearTimeout(this.restart);
    this.rotatorId = undefined;
    this.removeListener?.();
    this.removeListener = undefined;
  }

  private nextId(): string {
    return `${this.prefix}${++this.sequence}`;
  }

  private finished(title: string, profile: V8CpuProfile): void {
    if (!title.startsWith(this.prefix)) return;
    this.options.sink.cpuChunk(this.options.thread, profile);
    this.tellUtilization(profile);
    if (title !== this.open) return;
    this.open = '';
    // The agent ended it as the isolate ends, and `stop` comes next; or the program called `console.profileEnd()`
    // without a name, which ends whatever was started last, and sampling must go on.
    this.restart = setTimeout(() => void this.rotateUnlessBusy(), restartMs);
  }

  private tellUtilization(chunk: V8CpuProfile): void {
    const { spec, clock, thread, sink } = this.options;
    const points = utilizationOf(chunk, spec.metricsIntervalMs * 1000, this.lastEndUs).map(
      ({ endUs, value }): Point => ({
        metric: 'loopUtilization',
        scope: thread.info.key,
        tUs: endUs - clock.originUs,
        value,
      }),
    );
    this.lastEndUs = chunk.endTime;
    if (points.length > 0) sink.points(points);
  }

  /** At most one call is under way: a target that is stopped or slow is not asked again before it has answered. */
  private rotateUnlessBusy(): Promise<void> {
    if (this.inFlight) return this.inFlight;
    if (!this.rotatorId) return Promise.resolve();
    const last = this.open;
    this.open = this.nextId();
    this.inFlight = this.call(this.rotatorId, this.open, last)
      .catch((error: unknown) => {
        clearInterval(this.timer);
        this.trouble.tellUnlessEnding(
          `CPU profiling stopped in ${this.options.thread.info.title}: ${messageOf(error)}`,
          'What was recorded up to here is kept.',
        );
      })
      .finally(() => (this.inFlight = undefined));
    return this.inFlight;
  }

  private async call(rotatorId: string, next: string, last: string): Promise<void> {
    const { exceptionDetails } = await this.options.thread.session.send('Runtime.callFunctionOn', {
      objectId: rotatorId,
      functionDeclaration: rotateCall,
      arguments: [{ value: next }, { value: last }],
      silent: true,
      userGesture: false,
      throwOnSideEffect: false,
      returnByValue: false,
    });
    throwIfThrew(exceptionDetails);
  }
}
