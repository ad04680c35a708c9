/** A heap snapshot that comes over the inspector in pieces: slower, and it may gather in memory on the way. */
import { open } from 'node:fs/promises';
import { writeSync } from 'node:fs';
import type { Clock, TargetThread } from '../target/types';
import type { InsideOutcome } from './heap-snapshot-inside';

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
    let isTaken = false;
    // One after the other in the isolate, with nothing of the program's in between (Node 18 and 20).
    const taking = Promise.all([
      evaluate(agentPause('pauseBegins')),
      evaluate(nowInIsolate),
      session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false }).then(() => (isTaken = true)),
    ]);
    const atOnce = evaluate(nowInIsolate).then((us) => (isTaken ? us : undefined));
    const [, before] = await taking;
    // Newer V8s take it in a task of its own, after what was asked behind it: then only our next question tells.
    const after = (await atOnce) ?? (await evaluate(nowInIsolate));
    await evaluate(agentPause('pauseEnds'));
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- it is what the file system threw, passed on
    if (failure !== undefined) throw failure;
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
