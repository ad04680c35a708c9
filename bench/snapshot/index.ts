/**
 * Opening heap snapshots against memlab's heap parser: a real one of at least 200 MB, by both in turn, each in a process of its
 * own; the numbers of the twenty largest constructors must be the same. Then generated ones of at least 1.5 GB, which memlab
 * cannot open (facebook/memlab#77): opened, summed up, compared.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { packageRoot } from '../../main/paths';
import { bytesPerNode } from '../../profiles/heap/testing/generate';
import { median, note, print } from '../print';
import type { Costs, Opened, Row } from './summary';

const run = promisify(execFile);
const realBytes = 200e6;
const largeBytes = 1.5e9;
const largePeakMb = 2500;
const addedNodes = 100_000;
/** Opening both is twice the work of one; the rest is the comparison. */
const mostTimesOne = 2.3;
const compared = 20;

export async function snapshot(rounds: number): Promise<void> {
  note(
    `snapshot: load ${os
      .loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')} on ${os.availableParallelism()} cores`,
  );
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-bench-'));
  try {
    await build({
      entryPoints: ['open-ours.ts', 'open-memlab.ts', 'write-generated.ts'].map((name) =>
        path.join(import.meta.dirname, name),
      ),
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'warning',
    });
    await againstMemlab(folder, rounds);
    await large(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function againstMemlab(folder: string, rounds: number): Promise<void> {
  const file = await realSnapshot(folder);
  const { version } = JSON.parse(
    await readFile(
      path.join(path.dirname(createRequire(import.meta.url).resolve('@memlab/core')), '../package.json'),
      'utf8',
    ),
  ) as { version: string };
  const ours: Opened[] = [];
  const theirs: Opened[] = [];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => ours.push(await opened(folder, 'open-ours.mjs', [file])),
      async () => theirs.push(await opened(folder, 'open-memlab.mjs', [file, packageRoot])),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    note(`  round ${round + 1}: ours ${shown(ours.at(-1)!)}; memlab ${shown(theirs.at(-1)!)}`);
  }
  await rm(file);
  const figure = (metric: string, unit: string, of: (one: Opened) => number, budget: number): void => {
    const mine = median(ours.map(of));
    const peerValue = median(theirs.map(of));
    const ratio = peerValue / mine;
    print({
      bench: 'snapshot',
      metric,
      unit,
      ours: mine,
      peer: `memlab ${version}`,
      peerValue,
      ratio,
      budget,
      ok: ratio >= budget,
      runs: rounds,
    });
  };
  figure('open', 'ms', (one) => one.openMs, 3);
  figure('openCpu', 'ms', (one) => one.cpuMs, 3);
  figure('peakResidentMemory', 'MB', (one) => one.peakMb, 1);
  const mismatches = differences(ours[0]!, theirs[0]!);
  for (const mismatch of mismatches) note(`  ${mismatch}`);
  print({
    bench: 'snapshot',
    metric: 'differentNumbersOfTop20',
    unit: 'constructors',
    ours: mismatches.length,
    peer: `memlab ${version}`,
    peerValue: compared,
    ratio: null,
    budget: 0,
    ok: mismatches.length === 0,
    runs: 1,
  });
}

/** Of the constructors that retain most, by memlab's numbers: what is not the same with us. */
function differences(ours: Opened, theirs: Opened): string[] {
  const found: string[] = [];
  if (ours.nodes !== theirs.nodes || ours.edges !== theirs.edges)
    found.push(`${ours.nodes} nodes, ${ours.edges} edges; memlab ${theirs.nodes}, ${theirs.edges}`);
  const numbers = (row: Row | undefined): string =>
    row ? `${row.count} objects, ${row.shallow} bytes, retaining ${row.retained}` : 'none';
  const byName = new Map(ours.rows.map((row) => [row.name, row]));
  // V8's own roots are not constructors.
  for (const row of theirs.rows.filter(({ name }) => name !== '(synthetic)').slice(0, compared)) {
    const mine = numbers(byName.get(row.name));
    if (mine !== numbers(row)) found.push(`${row.name}: ${mine}; memlab ${numbers(row)}`);
  }
  return found;
}

async function realSnapshot(folder: string): Promise<string> {
  const file = path.join(folder, 'real.heapsnapshot');
  const target = path.join(packageRoot, 'bench/targets/varied-heap.cjs');
  await run(process.execPath, ['--max-old-space-size=6000', target, file, '130000']);
  const { size } = await stat(file);
  if (size < realBytes) throw new Error(`The snapshot has ${size} bytes only, ${realBytes} are wanted.`);
  note(`snapshot: a real one of ${(size / 1e6).toFixed(0)} MB`);
  return file;
}

/** Two snapshots, one process: the first is opened and summed up, then let go for the second, and both are compared. */
async function large(folder: string): Promise<void> {
  const nodes = Math.ceil((largeBytes * 1.03) / bytesPerNode);
  const [before, after] = await Promise.all([
    generated(folder, 'before', nodes),
    generated(folder, 'after', nodes + addedNodes),
  ]);
  const both = await opened(folder, 'open-ours.mjs', [after, before]);
  const one = both.before!;
  note(`  opened: ${shown(one)}`);
  note(`  both opened and compared: ${shown(both)}`);
  const figure = (metric: string, unit: string, value: number, ok: boolean, budget: number): void =>
    print({
      bench: 'snapshot',
      metric,
      unit,
      ours: value,
      peer: null,
      peerValue: null,
      ratio: null,
      budget,
      ok,
      runs: 1,
    });
  const complete = both.nodes === nodes + addedNodes && both.newObjects === addedNodes;
  const timesOne = both.cpuMs / one.cpuMs;
  figure('openLargeCpu', 'ms', one.cpuMs, true, 0);
  figure('peakResidentMemoryLarge', 'MB', one.peakMb, one.peakMb <= largePeakMb, largePeakMb);
  figure('compareLargeCpu', 'ms', both.cpuMs, complete, 0);
  figure('compareLargeCpuTimesOpening', '×', timesOne, timesOne <= mostTimesOne, mostTimesOne);
  figure('peakResidentMemoryCompareLarge', 'MB', both.peakMb, both.peakMb <= largePeakMb, largePeakMb);
}

async function generated(folder: string, name: string, nodes: number): Promise<string> {
  const file = path.join(folder, `${name}.heapsnapshot`);
  await run(process.execPath, [path.join(folder, 'write-generated.mjs'), file, String(nodes)]);
  const { size } = await stat(file);
  if (size < largeBytes) throw new Error(`${name}: ${size} bytes only, ${largeBytes} are wanted.`);
  note(`snapshot: a generated one of ${(size / 1e9).toFixed(2)} GB, ${nodes} nodes`);
  return file;
}

async function opened(folder: string, script: string, args: string[]): Promise<Opened> {
  const child = spawn(process.execPath, ['--max-old-space-size=12000', path.join(folder, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of child.stdout) printed += String(chunk);
  const last = printed.slice(printed.lastIndexOf('\n') + 1);
  if (last === '') throw new Error(`${script} ${args.join(' ')} ended without a result.`);
  return JSON.parse(last) as Opened;
}

function shown(one: Costs): string {
  return `${one.openMs.toFixed(0)} ms (${one.cpuMs.toFixed(0)} ms of CPU), peak ${one.peakMb.toFixed(0)} MB`;
}
