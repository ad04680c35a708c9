/** A heap snapshot that comes over the inspector in pieces: slower, and it may gather in memory on the way. */
import { open } from 'node:fs/promises';
import { writeSync } from 'node:fs';
import { z } from 'zod';
import type { Clock, TargetThread } from '../target/types';
import type { InsideOutcome } from './heap-snapshot-inside';

const pauseSchema = z.object({ startUs: z.number(), durationUs: z.number() });

const agentPause = (method: 'pauseBegins' | 'pauseEnds'): string => `(() => {
  const agent = globalThis[Symbol.for('scorchmark.agent')];
  return agent && agent.runtime ? agent.runtime.${method}() : null;
})()
//# sourceURL=scorchmark:heap-snapshot`;

/** The isolate's own monotonic clock, µs. */
const nowInIsolate = `Number(process.hrtime.bigint()) / 1e3
//# sourceURL=scorchmark:now`;

/** Overwrites `file`. Rejects with the file system's error or the inspector's. */
export async function streamSnapshot(
  thread: TargetThread,
  file: string,
  { clock, openFile = open }: { clock: Clock; openFile?: typeof open },
): Promise<InsideOutcome> {
  const { session } = thread;
  const handle = await openFile(file, 'w', 0o600);
  let failure: unknown;
  const off = session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    if (failure !== undefined) return;
    try {
      // At once: what is not written by the time the next piece comes would pile up in our memory.
      writeWhole(handle.fd, Buffer.from(chunk, 'utf8'));
    } catch (error) {
      failure = error;
    }
  });
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await session.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      silent: true,
    });
    return result.value as unknown;
  };
  try {
    const sentUs = clock.originUs + clock.nowUs();
    // One after the other in the isolate, with nothing of the program's in between.
    const [, before, , after, told] = await Promise.all([
      evaluate(agentPause('pauseBegins')),
      evaluate(nowInIsolate),
      session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false }),
      evaluate(nowInIsolate),
      evaluate(agentPause('pauseEnds')),
    ]);
    // What is thrown is what the file system threw.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (failure !== undefined) throw failure;
    const measured = pauseSchema.safeParse(told);
    if (measured.success) return measured.data;
    const startUs = typeof before === 'number' ? before : sentUs;
    const endUs = typeof after === 'number' ? after : clock.originUs + clock.nowUs();
    return { startUs, durationUs: endUs - startUs };
  } finally {
    off();
    await handle.close().catch(() => undefined);
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
