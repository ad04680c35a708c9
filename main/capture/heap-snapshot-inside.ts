/** A heap snapshot that the target writes into the file itself; see `main/agent/heap-snapshot.cjs`. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { TargetThread } from '../target/types';
import { throwIfThrew } from './trouble';

/** µs on the host's monotonic clock. */
export interface InsideOutcome {
  startUs: number;
  durationUs: number;
}

export const insideReportSchema = z.object({
  startUs: z.number(),
  durationUs: z.number(),
  heapUsedBytes: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

const attempts = 5;
const pauseMs = 5;

/** `globalThis[agent].heapSnapshot.<call>`, or null where there is no agent. */
const agentCall = (call: string): string => `(() => {
  const agent = globalThis[Symbol.for('scorchmark.agent')];
  return agent && agent.heapSnapshot ? agent.heapSnapshot.${call} : null;
})()
//# sourceURL=scorchmark:heap-snapshot`;

/**
 * Whether the target sees the same file under this path as we do: not so in another container. `token` is what we have
 * just written into it.
 */
async function canWriteFromInside(thread: TargetThread, file: string, token: string): Promise<boolean> {
  return (await call(thread, `canWrite(${JSON.stringify(file)}, ${JSON.stringify(token)})`)) === true;
}

/** Undefined when it cannot be done that way. Rejects with what the target's file system says (`code`). */
export async function writeFromInside(
  thread: TargetThread,
  file: string,
  token: string,
): Promise<InsideOutcome | undefined> {
  // In one call: nothing is written when the file has been taken away before the target comes to it.
  const report = await call(thread, `writeInto(${JSON.stringify(file)}, ${JSON.stringify(token)})`);
  if (report === null) return undefined;
  const { error, ...outcome } = insideReportSchema.parse(report);
  if (!error) return outcome;
  // Node's permission model, for example: it is asked only when the file is really opened.
  if (/^(ERR_ACCESS_DENIED|EACCES|EPERM|ENOENT)$/.test(error.code)) return undefined;
  throw Object.assign(new Error(error.message), { code: error.code });
}

/** Has V8's own last resort armed. False where this Node cannot, or without an agent; or why the memory does not suffice. */
export async function armNearLimit(thread: TargetThread): Promise<boolean | string> {
  const armed = await call(thread, 'writeNearLimit()');
  return typeof armed === 'string' ? armed : armed === true;
}

/**
 * Has a snapshot written into `file` when the isolate ends by itself; null takes that back. False without an agent, or when the
 * target does not see the same files as we do.
 */
export async function armAtEnd(thread: TargetThread, file: string | null): Promise<boolean> {
  if (file !== null) {
    const token = randomUUID();
    await writeFile(file, token, { mode: 0o600 });
    const isSame = await canWriteFromInside(thread, file, token);
    await rm(file, { force: true });
    if (!isSame) return false;
  }
  return (await call(thread, `writeAtEnd(${JSON.stringify(file)})`)) === true;
}

/** An evaluation that interrupts the isolate at an unlucky moment is cut off without an exception; it may be repeated. */
async function call(thread: TargetThread, expression: string): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const { result, exceptionDetails } = await thread.session.send('Runtime.evaluate', {
      expression: agentCall(expression),
      returnByValue: true,
      silent: true,
      includeCommandLineAPI: false,
      userGesture: false,
    });
    if (!exceptionDetails) return result.value as unknown;
    if (exceptionDetails.exception?.description !== undefined || attempt >= attempts) {
      throwIfThrew(exceptionDetails);
      return null;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
