/** The built load process and autocannon, each in a process of its own, and the servers they are pointed at. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { scenarioSchema, type ScenarioInput } from '../main/api';
import { fromRunnerSchema, type FromRunner } from '../main/load/runner-messages';
import { loadRunnerFile, packageRoot } from '../main/paths';

export type LoadDone = Extract<FromRunner, { type: 'done' }>;

/** What runs right now; an interrupted benchmark ends it. */
const children = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const child of children) child.kill('SIGKILL');
    process.exit(130);
  });

function keep<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export interface Target {
  origin: string;
  end(): Promise<void>;
}

/** One of `bench/targets` that writes its port to a file. */
export async function startTarget(name: string): Promise<Target> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-bench-'));
  const portFile = path.join(folder, 'port');
  const child = keep(
    spawn(process.execPath, [path.join(packageRoot, 'bench/targets', name)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, BENCH_PORT_FILE: portFile },
    }),
  );
  const deadlineMs = Date.now() + 20_000;
  let port = 0;
  while (port === 0) {
    if (child.exitCode !== null || Date.now() > deadlineMs) throw new Error(`${name} did not start`);
    if (existsSync(portFile)) port = Number(readFileSync(portFile, 'utf8'));
    if (port === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    end: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends a scenario with the built load process. @param onPid while it runs, its process id */
export async function sendLoad(scenario: ScenarioInput, onPid?: (pid: number) => void): Promise<LoadDone> {
  const runner = keep(
    fork(loadRunnerFile, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
  const done = new Promise<LoadDone>((resolve, reject) => {
    runner.on('message', (raw) => {
      const message = fromRunnerSchema.parse(raw);
      if (message.type === 'done') resolve(message);
      else if (message.type === 'failed') reject(new Error(message.error.message));
    });
    runner.on('exit', (code) => reject(new Error(`the load process ended (${code})`)));
  });
  runner.send({
    type: 'start',
    scenario: scenarioSchema.parse(scenario),
    baseUrl: null,
    folder: packageRoot,
  });
  onPid?.(runner.pid!);
  const result = await done;
  if (runner.exitCode === null) await once(runner, 'exit');
  return result;
}

export interface AutocannonResult {
  rate: number;
  errors: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
}

const autocannonScript = `
const autocannon = require('autocannon');
const [url, connections, duration] = process.argv.slice(1);
autocannon({ url, connections: Number(connections), duration: Number(duration) }).then((r) => process.stdout.write(JSON.stringify({
  rate: r.requests.total / r.duration, errors: r.errors + r.timeouts + r.non2xx,
  p50Ms: r.latency.p50, p90Ms: r.latency.p90, p99Ms: r.latency.p99, maxMs: r.latency.max })));
`;

/** autocannon by its own API, in a process of its own as ours is. */
export async function runAutocannon(
  url: string,
  connections: number,
  seconds: number,
  onPid?: (pid: number) => void,
): Promise<AutocannonResult> {
  const child = keep(
    spawn(process.execPath, ['-e', autocannonScript, url, String(connections), String(seconds)], {
      cwd: packageRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  onPid?.(child.pid!);
  await once(child, 'close');
  return JSON.parse(text) as AutocannonResult;
}

export const autocannonVersion = `autocannon ${
  (
    JSON.parse(readFileSync(path.join(packageRoot, 'node_modules/autocannon/package.json'), 'utf8')) as {
      version: string;
    }
  ).version
}`;
