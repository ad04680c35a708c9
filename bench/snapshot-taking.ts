/**
 * What taking a heap snapshot costs: written from inside the target against streamed over the inspector (what DevTools does).
 * Peaks of resident memory are the kernel's (`VmHWM`, reset before each), so this runs on Linux only.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { takeSnapshot, type TakenSnapshot } from '../main/capture';
import { createClock, launchTarget } from '../main/target';
import type { TargetThread } from '../main/target/types';
import { median, note, print } from './print';

const heapsMb = (process.env['SNAPSHOT_HEAPS_MB'] ?? '50,250,600').split(',').map(Number);
const program = path.join(import.meta.dirname, 'targets/heap-of.cjs');

interface Cost extends TakenSnapshot {
  totalMs: number;
  targetMb: number;
  engineMb: number;
}

/** Resident memory of a process and its peak since the last reset, MB. */
async function residentMb(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

async function takeFrom(heapMb: number, method: TakenSnapshot['method'], folder: string): Promise<Cost> {
  const clock = createClock();
  const node = process.env['SCORCHMARK_TEST_NODE'] ?? process.execPath;
  let main: TargetThread | undefined;
  let tellReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (tellReady = resolve));
  const target = await launchTarget({
    clock,
    spec: {
      kind: 'launch',
      argv: [node, '--expose-gc', '--max-old-space-size=4096', program, String(heapMb)],
      env: {},
      nodeFlags: [],
      shell: false,
    },
    handlers: {
      onProcess: () => undefined,
      onProcessExit: () => undefined,
      onThread: (thread) => ((main = thread), Promise.resolve()),
      onThreadEnding: () => Promise.resolve(),
      onListen: () => undefined,
      onOutput: (lines) => lines.some(({ text }) => text === 'ready') && tellReady(),
      onWarning: ({ message }) => note(message),
    },
  });
  try {
    await ready;
    const { pid } = main!.info;
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    await writeFile('/proc/self/clear_refs', '5');
    const before = await Promise.all([residentMb(pid), residentMb(process.pid)]);
    const startedMs = performance.now();
    const taken = await takeSnapshot(main!, {
      file: path.join(folder, 'bench.heapsnapshot'),
      clock,
      method,
    });
    const totalMs = performance.now() - startedMs;
    const after = await Promise.all([residentMb(pid), residentMb(process.pid)]);
    return {
      ...taken,
      totalMs,
      targetMb: after[0].peak - before[0].now,
      engineMb: after[1].peak - before[1].now,
    };
  } finally {
    await target.stop({ graceMs: 1000 });
  }
}

export async function snapshotTaking(rounds: number): Promise<void> {
  for (const heapMb of heapsMb) {
    const costs: Record<TakenSnapshot['method'], Cost[]> = { inside: [], stream: [] };
    // In turn, so that whatever else the machine does falls on both.
    for (let round = 0; round < rounds; round++)
      for (const method of ['stream', 'inside'] as const) {
        const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-bench-'));
        try {
          const cost = await takeFrom(heapMb, method, folder);
          costs[method].push(cost);
          note(`${heapMb} MB, ${method}: ${JSON.stringify(cost)}`);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }
    const figure = (metric: string, unit: string, of: (cost: Cost) => number, budget: number): void => {
      const ours = median(costs.inside.map(of));
      const peerValue = median(costs.stream.map(of));
      print({
        bench: `snapshot-taking ${heapMb} MB`,
        metric,
        unit,
        ours,
        peer: 'streamed over the inspector',
        peerValue,
        ratio: peerValue / ours,
        budget,
        ok: ours <= budget * peerValue,
        runs: rounds,
      });
    };
    // Not worse than streaming, within what this machine's noise allows.
    figure('total time', 'ms', ({ totalMs }) => totalMs, 1.25);
    figure('pause of the target', 'ms', ({ pauseMs }) => pauseMs, 1.25);
    figure('target: peak above its resident memory', 'MB', ({ targetMb }) => targetMb, 1.1);
    figure('workbench: peak above its resident memory', 'MB', ({ engineMb }) => Math.max(1, engineMb), 1.1);
  }
}
