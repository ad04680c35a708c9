/**
 * Is the time to recover right that a run reports? Programs that take a known time until they listen are killed and started
 * again under load; they write down themselves when they were back, on the clock that all processes share.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FaultReport, RunState } from '../../main/api';
import { loadSession } from '../../main/analysis/load-session';
import { createEngine } from '../../main/engine';
import { samplesFolder } from '../../main/paths';
import { note } from '../print';
import type { Check } from './checks';

interface RecoveryCase {
  name: string;
  /** From the program's start until it listens. */
  listensAfterMs: number;
  /** After a restart it answers slowly for so long once it listens. */
  slowForMs: number;
  downMs: number;
  program: 'tiny' | 'shop';
  users: number;
}

const cases: RecoveryCase[] = [
  { name: 'tiny server', listensAfterMs: 1000, slowForMs: 0, downMs: 1000, program: 'tiny', users: 5 },
  { name: 'tiny server', listensAfterMs: 3000, slowForMs: 0, downMs: 500, program: 'tiny', users: 20 },
  {
    name: 'slow after its restart',
    listensAfterMs: 1000,
    slowForMs: 2500,
    downMs: 1000,
    program: 'tiny',
    users: 5,
  },
  { name: 'sample shop', listensAfterMs: 2000, slowForMs: 0, downMs: 1000, program: 'shop', users: 3 },
];
const killAtMs = 8000;
const afterMs = 10_000;
const tolerance = 0.1;
/** What the load does not see of it: connections are tried again only now and then, and answers take their time. */
const leastToleranceMs = 100;

/** Delays `listen` and writes down when it happened; slows answers after the first start. */
const preload = `
const { appendFileSync, existsSync } = require('node:fs');
const http = require('node:http');
const nowUs = () => Number(process.hrtime.bigint()) / 1000;
const file = process.env.WHEN_FILE;
const isRestart = existsSync(file);
const listen = http.Server.prototype.listen;
let fastFromUs = Infinity;
http.Server.prototype.listen = function (...args) {
  this.once('listening', () => {
    fastFromUs = nowUs() + Number(process.env.SLOW_FOR_MS) * 1000;
    appendFileSync(file, nowUs() + '\\n');
  });
  setTimeout(() => listen.apply(this, args), Number(process.env.LISTENS_AFTER_MS));
  return this;
};
const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (name, ...args) {
  if (name !== 'request' || !isRestart || nowUs() >= fastFromUs) return emit.call(this, name, ...args);
  setTimeout(() => emit.call(this, name, ...args), 100);
  return true;
};`;

const tiny = `
const http = require('node:http');
http.createServer((_request, response) => setTimeout(() => response.end('ok'), 5)).listen(0, '127.0.0.1');`;

export async function checkRecovery(quick: boolean): Promise<Check[]> {
  const checks: Check[] = [];
  for (const each of quick ? cases.slice(0, 2) : cases) {
    note(`${each.name}: listens after ${each.listensAfterMs} ms, slow for ${each.slowForMs} ms`);
    checks.push(...(await checkCase(each)));
  }
  return checks;
}

async function checkCase(recovery: RecoveryCase): Promise<Check[]> {
  const { name, listensAfterMs, slowForMs, downMs, program, users } = recovery;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-faults-'));
  const whenFile = path.join(folder, 'when');
  await writeFile(path.join(folder, 'preload.cjs'), preload);
  await writeFile(path.join(folder, 'tiny.cjs'), tiny);
  const engine = await createEngine({ shell: 'cli', dataFolder: path.join(folder, 'data') });
  try {
    const ended = new Promise<RunState>((resolve) =>
      engine.subscribe((event) => {
        if (event.event === 'run.state' && ['done', 'failed'].includes(event.payload.phase))
          resolve(event.payload);
      }),
    );
    const durationMs = killAtMs + downMs + listensAfterMs + slowForMs + afterMs;
    await engine.call('run.start', {
      target: {
        kind: 'launch',
        argv: [
          process.execPath,
          '--require',
          path.join(folder, 'preload.cjs'),
          program === 'tiny' ? path.join(folder, 'tiny.cjs') : 'server.mjs',
        ],
        cwd: program === 'tiny' ? folder : path.join(samplesFolder, 'shop'),
        env: {
          WHEN_FILE: whenFile,
          LISTENS_AFTER_MS: String(listensAfterMs),
          SLOW_FOR_MS: String(slowForMs),
        },
      },
      load: {
        preset: 'smoke',
        stopTargetAtEnd: true,
        scenario: {
          version: 1,
          load: { model: 'closed', stages: [{ durationMs, users }], thinkTime: { minMs: 20, maxMs: 20 } },
          flows: [
            {
              name: 'ask',
              steps: [{ kind: 'request', url: program === 'tiny' ? '/' : '/health' }],
            },
          ],
          faults: [{ atMs: killAtMs, forMs: downMs, fault: { kind: 'kill' } }],
        },
      },
      capture: { cpu: program === 'shop', allocations: false },
    });
    const { runId, warnings, error } = await ended;
    const { load, detail } = await loadSession(engine.store, runId);
    const report: FaultReport | undefined = load?.faults?.[0];
    const [, backAt] = (await readFile(whenFile, 'utf8')).split('\n').map(Number);
    if (!report || !backAt) throw new Error(`no report: ${JSON.stringify({ error, warnings })}`);
    const backUs = backAt - detail.originUs;
    note(JSON.stringify(report));
    const truthDownMs = (backUs - report.startedUs) / 1000;
    const truthMs = (backUs - report.endedUs) / 1000 + slowForMs;
    const what = `${name} (${listensAfterMs} + ${slowForMs} ms)`;
    return [
      {
        what: `${what}: time to recover`,
        unit: 'ms',
        truth: truthMs,
        measured: report.recoveryMs ?? Number.NaN,
        tolerance: Math.max(leastToleranceMs, truthMs * tolerance),
      },
      {
        what: `${what}: down`,
        unit: 'ms',
        truth: truthDownMs,
        measured: report.downMs ?? Number.NaN,
        // The first answer after it is back may be a slow one.
        tolerance: Math.max(leastToleranceMs, truthDownMs * tolerance),
      },
    ];
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
