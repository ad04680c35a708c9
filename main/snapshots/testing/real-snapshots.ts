/** For tests: heap snapshots of a real Node process, and the thread built as it is in the product. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** What the process has kept of `Planted` when each snapshot is taken. */
export const planted = { a: 300, b: 1300 };

const program = `
const { writeHeapSnapshot } = require('node:v8');
class Planted { constructor(i) { this.name = 'planted ' + i; } }
const cache = new Map();
globalThis.sessionCache = cache;
const grow = (to) => { for (let i = cache.size; i < to; i++) cache.set(i, new Planted(i)); };
grow(${planted.a});
writeHeapSnapshot(process.argv[1]);
grow(${planted.b});
writeHeapSnapshot(process.argv[2]);
`;

/** Two snapshots of one process, before and after it grew. */
export async function takeTwo(folder: string): Promise<{ a: string; b: string }> {
  const a = path.join(folder, 'before.heapsnapshot');
  const b = path.join(folder, 'after.heapsnapshot');
  await promisify(execFile)(process.execPath, ['-e', program, a, b]);
  return { a, b };
}

/** @returns the built file */
export async function buildWorker(folder: string): Promise<string> {
  const outfile = path.join(folder, 'snapshot-worker.mjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, '..', 'snapshot-worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return outfile;
}
