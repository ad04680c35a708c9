/**
 * CPU time per operation with the metrics of garbage collections on, against off, in slices of one and the same process
 * (overhead-gc-target.cjs): in a loop that does nothing but make garbage, a CPU-bound server and an ordinary one. Beside it, what
 * Node's own `gc` entries cost alone, which nobody who counts collections can avoid. Linux only: it reads the thread's CPU time.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import autocannon from 'autocannon';
import { z } from 'zod';
import { packageRoot } from '../main/paths';
import { note, print } from './print';

const works = ['garbage', 'cpu-server', 'http-server'] as const;
const sliceMs = 500;
const pairsPerRound = 8;
/** Of what the machine does otherwise, more is left in the figures than the metrics cost: what they may add to the entries. */
const budget = 0.05;

const changeSchema = z.object({
  median: z.number(),
  quartiles: z.tuple([z.number(), z.number()]),
  undisturbed: z.number(),
});
const resultSchema = z.object({
  collectionsPerSecond: z.number(),
  operationsPerSecond: z.number(),
  entries: changeSchema,
  metrics: changeSchema,
  always: changeSchema.optional(),
});

export async function overheadOfGcMetrics(rounds: number): Promise<void> {
  for (const work of works) {
    const pairs = rounds * pairsPerRound;
    const { collectionsPerSecond, operationsPerSecond, ...changes } = await measure(work, pairs);
    note(`${work}: ${collectionsPerSecond} collections and ${operationsPerSecond} operations a second`);
    for (const [name, change] of Object.entries(changes))
      if (change)
        note(`  ${name}: median ${percent(change.median)}, undisturbed ${percent(change.undisturbed)}`);
    const added = changes.metrics.undisturbed - changes.entries.undisturbed;
    print({
      bench: 'overhead-gc',
      metric: `${work}: CPU time per operation that the metrics add to Node's gc entries`,
      unit: 'share',
      ours: added,
      peer: null,
      peerValue: null,
      ratio: null,
      budget,
      ok: added <= budget,
      runs: pairs,
    });
  }
}

async function measure(work: (typeof works)[number], pairs: number): Promise<z.infer<typeof resultSchema>> {
  const target = path.join(packageRoot, 'bench/overhead-gc-target.cjs');
  const child = spawn(
    process.execPath,
    // A small young generation makes thousands of collections a second.
    [
      ...(work === 'garbage' ? ['--max-semi-space-size=1'] : []),
      target,
      work,
      String(sliceMs),
      String(pairs),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    const lines = linesOf(child);
    const first = await lines.next();
    if (work === 'garbage') return resultSchema.parse(JSON.parse(first));
    const load = autocannon({ url: first, connections: 8, duration: 3600 }, () => undefined);
    // Warm before it is measured.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    child.stdin.write('go\n');
    const result = await lines.next();
    load.stop();
    return resultSchema.parse(JSON.parse(result));
  } finally {
    child.kill('SIGKILL');
  }
}

/** Rejects when the child ends before it has said the line. */
function linesOf(child: ChildProcess): { next(): Promise<string> } {
  let text = '';
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`the measured program ended (exit code ${String(code)})`);
  });
  ended.catch(() => undefined);
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    async next() {
      while (!text.includes('\n')) await Promise.race([once(child.stdout!, 'data'), ended]);
      const end = text.indexOf('\n');
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      return line;
    },
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
