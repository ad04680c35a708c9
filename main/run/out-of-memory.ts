/**
 * Whether a process died of its heap limit. V8 prints why before it aborts; but a program can print such a line, too, so
 * it counts only when the process ends right then.
 */
import type { OutputLine, ThreadKey } from '../api';

/** V8's last words (v8/src/api/api.cc, `V8::FatalProcessOutOfMemory`). */
const fatalLine = /^FATAL ERROR: .*JavaScript heap out of memory/;
/**
 * Of the same outburst, before them: `[4711:0x55d0c8]    18244 ms: Scavenge …`. V8 keeps these in a ring of fixed size, so the
 * first line may begin with the end of an older one.
 */
const traceLine = /\[(\d+):0x[0-9a-f]+(?::\d+)?\]\s+\d+ ms: /;
/** V8 gives up when collections free next to nothing any more; programs that go on have more room than this. */
const fullShare = 0.9;
/** The limit that V8 tells includes room for the young generation, three times 16 MB by default, which nobody fills. */
const youngBytes = 48 * 2 ** 20;
/** Node's words for a worker thread that died so; its process lives on when it handles the error. */
const workerLine = /ERR_WORKER_OUT_OF_MEMORY|Worker terminated due to reaching memory limit/;

export interface OutOfMemory {
  tUs: number;
  /** Undefined when V8 did not tell. */
  pid: number | undefined;
}

export class OutOfMemoryWatch {
  /** As V8 prints the process before the reason. */
  private lastPid: number | undefined;
  private readonly told: OutOfMemory[] = [];
  private workerToldUs: number | undefined;

  see(lines: readonly OutputLine[]): void {
    for (const { stream, text, tUs } of lines) {
      // A program that handles its worker's error writes it into its log, wherever that goes.
      if (workerLine.test(text)) this.workerToldUs = tUs;
      if (stream !== 'err') continue;
      const trace = traceLine.exec(text);
      if (trace) this.lastPid = Number(trace[1]);
      else if (fatalLine.test(text)) {
        this.told.push({ tUs, pid: this.lastPid });
        this.lastPid = undefined;
      }
    }
  }

  /** A process has ended. Each outburst is given out once. */
  ended(pid: number): OutOfMemory | undefined {
    const at = this.told.findIndex((told) => told.pid === pid);
    return at < 0 ? undefined : this.told.splice(at, 1)[0];
  }

  /** The whole run has ended; `aborted`: with SIGABRT, as V8 ends a process. */
  left(aborted: boolean): OutOfMemory[] {
    return aborted ? this.told.splice(0) : [];
  }

  /** When Node last said that a worker thread had run out of memory; given out once. */
  takeWorker(): number | undefined {
    const toldUs = this.workerToldUs;
    this.workerToldUs = undefined;
    return toldUs;
  }
}

/** `V8 gave up at its heap limit: 62 of 64 MB were in use when last measured`. */
export function outOfMemoryText(usedBytes: number | undefined, limitBytes: number | undefined): string {
  if (usedBytes === undefined) return 'V8 gave up at its heap limit';
  const used = Math.round(usedBytes / 2 ** 20);
  return limitBytes === undefined
    ? `V8 gave up at its heap limit: ${used} MB were in use when last measured`
    : `V8 gave up at its heap limit: ${used} of ${Math.round(limitBytes / 2 ** 20)} MB were in use when last measured`;
}

/**
 * Whether an end that nobody explained was most likely for want of memory. The last words of an attached process go where it was
 * started, and its exit status to who started it; what is left is how full its heap was, and that it did not end in an orderly way.
 */
export function looksOutOfMemory(usedBytes: number | undefined, limitBytes: number | undefined): boolean {
  return (
    usedBytes !== undefined &&
    limitBytes !== undefined &&
    usedBytes >= (limitBytes > 2 * youngBytes ? limitBytes - youngBytes : limitBytes) * fullShare
  );
}

/** Node's `Wrote snapshot to …/Heap.20261121.143102.4711.0.001.heapsnapshot`, near the heap limit. */
const wroteLine = /^Wrote snapshot to (.*[/\\]Heap\.\d{8}\.\d{6}\.(\d+)\.(\d+)\.\d+\.heapsnapshot)$/;

/** The snapshot that Node says it has written by itself, and of which thread. */
export function snapshotWritten({
  stream,
  text,
}: OutputLine): { file: string; thread: ThreadKey } | undefined {
  const [, file, pid, workerId] = (stream === 'err' && wroteLine.exec(text)) || [];
  if (file === undefined) return undefined;
  return { file, thread: workerId === '0' ? `p${pid}` : `p${pid}-w${workerId}` };
}
