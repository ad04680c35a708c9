/** Snapshots of real Node.js processes, for tests. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { indexSnapshot } from '../index-snapshot';
import { parseHeapSnapshot } from '../parse';
import type { HeapIndex, HeapSnapshot } from '../types';

export interface OpenedSnapshot {
  snapshot: HeapSnapshot;
  index: HeapIndex;
}

/**
 * Runs a program that calls `globalThis.snapshot()` once or more and then ends, and opens what it wrote, in order.
 * @param files paths below the program's folder and their texts; the first one is run
 */
export async function snapshotsOf(
  files: Record<string, string>,
  execPath = process.execPath,
): Promise<OpenedSnapshot[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'heap-snapshots-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    const helper = path.join(folder, 'snapshot-helper.cjs');
    await writeFile(
      helper,
      `let count = 0;
      globalThis.snapshot = () => require('node:v8').writeHeapSnapshot(${JSON.stringify(folder)} + '/' + count++ + '.heapsnapshot');
      process.on('exit', () => process.stdout.write(String(count)));`,
    );
    const main = Object.keys(files)[0]!;
    const { stdout } = await promisify(execFile)(execPath, ['--require', helper, path.join(folder, main)]);
    const opened: OpenedSnapshot[] = [];
    for (let count = 0; count < Number(stdout); count++) {
      const fileName = `${count}.heapsnapshot`;
      const snapshot = await parseHeapSnapshot(createReadStream(path.join(folder, fileName)), { fileName });
      opened.push({ snapshot, index: indexSnapshot(snapshot) });
    }
    return opened;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
