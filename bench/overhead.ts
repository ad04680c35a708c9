/**
 * Target throughput with everything on against not profiled, and against the peers on the same app in the same run.
 * All variants run side by side and get short bursts of load in turn (the order rotates), so that drift of the machine
 * meets all alike; quoted is the median of each turn's ratio to the unprofiled variant.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { packageRoot } from '../main/paths';
import { median, note, print } from './print';

interface Variant {
  name: string;
  /** The command that runs `node <server>` in this way. `folder` is scratch space. */
  argv(server: string, folder: string): string[];
}

const require = createRequire(import.meta.url);
const bin = (name: string): string => path.join(packageRoot, 'node_modules', '.bin', name);
const packageVersion = (name: string): string =>
  (
    JSON.parse(readFileSync(path.join(packageRoot, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string;
    }
  ).version;

const off: Variant = { name: 'off', argv: (server) => [process.execPath, server] };
const ours: Variant = {
  name: 'scorchmark',
  argv: (server) => [
    process.execPath,
    path.join(packageRoot, 'out/main/cli.js'),
    'record',
    '--quiet',
    '--json',
    '--',
    process.execPath,
    server,
  ],
};
const cpuProf: Variant = {
  name: 'node --cpu-prof',
  argv: (server, folder) => [process.execPath, '--cpu-prof', `--cpu-prof-dir=${folder}`, server],
};
const zeroX: Variant = {
  name: `0x ${packageVersion('0x')}`,
  argv: (server, folder) => [
    process.execPath,
    require.resolve('0x/cmd.js'),
    '--collect-only',
    '--output-dir',
    folder,
    '--',
    process.execPath,
    server,
  ],
};
const clinicFlame: Variant = {
  name: `clinic flame ${packageVersion('clinic')}`,
  argv: (server, folder) => [
    process.execPath,
    bin('clinic'),
    'flame',
    '--collect-only',
    '--dest',
    folder,
    '--',
    process.execPath,
    server,
  ],
};

const warmUpSeconds = 3;
/** Load goes to one variant at a time, in short bursts, so that drift of the machine meets all alike. */
const burstSeconds = 1;
const burstsPerRound = 4;
const startTimeoutMs = 20_000;

interface RunningVariant {
  name: string;
  url: string;
  end(): Promise<void>;
}

/** What runs right now; an interrupted benchmark ends it. */
const children = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const child of children) signalGroup(child, 'SIGKILL');
    process.exit(130);
  });

/** Starts the server under the variant and warms it up. */
async function start(variant: Variant, server: string, connections: number): Promise<RunningVariant> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-bench-'));
  const portFile = path.join(folder, 'port');
  const [command, ...args] = variant.argv(path.join(packageRoot, 'bench/targets', server), folder);
  const child = spawn(command!, args, {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      BENCH_PORT_FILE: portFile,
      SCORCHMARK_HOME: path.join(folder, 'home'),
      NO_INSIGHT: 'true',
    },
  });
  children.add(child);
  const stop = async (): Promise<void> => {
    await end(child);
    children.delete(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const url = `http://127.0.0.1:${await readPort(portFile, child)}/`;
    await autocannon({ url, connections, duration: warmUpSeconds });
    return { name: variant.name, url, end: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readPort(portFile: string, child: ChildProcess): Promise<number> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && child.exitCode === null) {
    if (existsSync(portFile)) {
      const port = Number(readFileSync(portFile, 'utf8'));
      if (port) return port;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the server did not start (exit code ${child.exitCode})`);
}

/** Interrupt as a person would; after 20 s the whole group is killed. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  signalGroup(child, 'SIGINT');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 20_000);
  await exited;
  clearTimeout(timer);
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // the group is gone already
  }
}

/** For each variant, the median over all bursts of its throughput relative to the unprofiled one's in the same turn. */
async function compareOn(
  server: string,
  connections: number,
  variants: Variant[],
  rounds: number,
): Promise<Map<string, number>> {
  const ratios = new Map<string, number[]>();
  const running: RunningVariant[] = [];
  try {
    for (const variant of variants)
      try {
        running.push(await start(variant, server, connections));
      } catch (error) {
        note(`  ${variant.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    for (let turn = 0; turn < rounds * burstsPerRound; turn++) {
      const rates = new Map<string, number>();
      for (let i = 0; i < running.length; i++) {
        const { name, url } = running[(i + turn) % running.length]!;
        const result = await autocannon({ url, connections, duration: burstSeconds });
        if (result.errors > 0) throw new Error(`${name}: ${result.errors} connection errors`);
        rates.set(name, result.requests.total / result.duration);
      }
      const base = rates.get(off.name);
      if (base === undefined) throw new Error('the unprofiled server did not run');
      for (const [name, rate] of rates) ratios.set(name, [...(ratios.get(name) ?? []), rate / base]);
    }
  } finally {
    for (const each of running) await each.end();
  }
  for (const [name, values] of ratios)
    note(
      `  ${server} ${name}: median ${median(values).toFixed(3)}, ${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)} in ${values.length} turns`,
    );
  return new Map([...ratios].map(([name, values]) => [name, median(values)]));
}

export async function overhead(rounds: number): Promise<void> {
  note('overhead: throughput of a CPU-bound server, profiled / not profiled');
  const cpu = await compareOn('cpu-server.mjs', 10, [off, ours, cpuProf, clinicFlame, zeroX], rounds);
  const oursCpu = cpu.get(ours.name) ?? Number.NaN;
  print({
    bench: 'overhead',
    metric: 'cpuServerThroughput',
    unit: 'ratio to not profiled',
    ours: oursCpu,
    peer: 'not profiled',
    peerValue: 1,
    ratio: oursCpu,
    budget: 0.97,
    ok: oursCpu >= 0.97,
    runs: rounds,
  });
  for (const peer of [cpuProf, clinicFlame, zeroX]) {
    const value = cpu.get(peer.name);
    if (value === undefined) continue;
    // No budget stands against these peers' own overhead; the figure is for the reader.
    print({
      bench: 'overhead',
      metric: 'cpuServerThroughput',
      unit: 'ratio to not profiled',
      ours: oursCpu,
      peer: peer.name,
      peerValue: value,
      ratio: oursCpu / value,
      budget: 0,
      ok: true,
      runs: rounds,
    });
  }
  note('overhead: a server that does nothing but answer, profiled / not profiled');
  const nothing = await compareOn('nothing-server.mjs', 50, [off, ours, cpuProf], rounds);
  const oursNothing = nothing.get(ours.name) ?? Number.NaN;
  const cpuProfNothing = nothing.get(cpuProf.name) ?? Number.NaN;
  print({
    bench: 'overhead',
    metric: 'nothingServerThroughput',
    unit: 'ratio to not profiled',
    ours: oursNothing,
    peer: cpuProf.name,
    peerValue: cpuProfNothing,
    ratio: oursNothing / cpuProfNothing,
    budget: (cpuProfNothing - 0.01) / cpuProfNothing,
    ok: oursNothing >= cpuProfNothing - 0.01,
    runs: rounds,
  });
}
