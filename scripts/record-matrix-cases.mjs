// What `scorchmark record` must do with each kind of target, and how to find out. Used by scripts/record-matrix.mjs for
// several versions of Node, and usable by a test for the present one.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { journalGrowth } from './record-matrix-journal.mjs';
import { excludedBy } from './record-matrix-engines.mjs';

const root = path.resolve(import.meta.dirname, '..');
const targets = path.join('e2e', 'targets');
const target = (name) => path.join(targets, name);

/** Longest a case may take before it counts as hanging. */
const deadlineMs = 150_000;
/** At most this much may be missing of a target that was killed: samples come twice a second, later on a busy machine. */
const maxLostMs = 1500;
/** How much CPU time a server uses for its work before it is stopped: more than its start took. */
const workMs = 1200;

const stopped = { stoppedByUs: true };

/**
 * `functions`: name, the file its frames must name, and in how many threads (of which kind) it must be, and in no other.
 * `listens`: a server, which does not end by itself: so many processes say that they listen, and it is stopped when each
 * has worked for a while since.
 * `packages`: what else must support the Node version.
 */
export const cases = [
  {
    name: 'plain script',
    argv: ['node', target('plain.cjs')],
    functions: [{ name: 'burnPlain', file: 'plain.cjs', threads: 1 }],
    exit: { code: 0, signal: null, stoppedByUs: false },
    processes: 1,
    output: 'plain result',
  },
  {
    name: 'ES module',
    argv: ['node', target('esm.mjs')],
    functions: [{ name: 'burnEsm', file: 'esm.mjs', threads: 1 }],
    exit: { code: 0, signal: null, stoppedByUs: false },
    processes: 1,
    output: 'esm result',
  },
  {
    name: 'TypeScript by tsx',
    argv: ['node', path.join('node_modules', 'tsx', 'dist', 'cli.mjs'), target('tsx-server.ts')],
    packages: ['tsx'],
    functions: [{ name: 'burnTypescript', file: 'tsx-server.ts', threads: 1 }],
    exit: stopped,
    minProcesses: 2,
    listens: true,
  },
  {
    name: 'Express',
    argv: ['node', target('express-server.mjs')],
    packages: ['express'],
    functions: [{ name: 'burnExpress', file: 'express-server.mjs', threads: 1 }],
    exit: { code: 0, signal: null, stoppedByUs: true },
    processes: 1,
    listens: true,
  },
  {
    name: 'Fastify',
    argv: ['node', target('fastify-server.mjs')],
    packages: ['fastify'],
    functions: [{ name: 'burnFastify', file: 'fastify-server.mjs', threads: 1 }],
    exit: { code: 0, signal: null, stoppedByUs: true },
    processes: 1,
    listens: true,
  },
  {
    name: 'npm start',
    argv: ['npm', 'start'],
    cwd: target('npm-package'),
    packages: ['npm'],
    functions: [{ name: 'burnPackage', file: 'server.mjs', threads: 1 }],
    exit: stopped,
    minProcesses: 2,
    listens: true,
  },
  {
    name: 'cluster of 2',
    argv: ['node', target('cluster2.mjs')],
    functions: [{ name: 'burnCluster', file: 'cluster2.mjs', threads: 2 }],
    exit: { code: 0, signal: null, stoppedByUs: true },
    processes: 3,
    listens: 2,
  },
  {
    name: '2 worker threads',
    argv: ['node', target('workers2.mjs')],
    functions: [
      { name: 'burnMain', file: 'workers2.mjs', threads: 1 },
      { name: 'burnWorker', file: 'workers2.mjs', threads: 2, workers: true },
    ],
    exit: { code: 0, signal: null, stoppedByUs: false },
    processes: 1,
    threads: 3,
  },
  {
    name: 'throws',
    argv: ['node', target('throws.mjs')],
    functions: [{ name: 'burnBeforeThrow', file: 'throws.mjs', threads: 1 }],
    exit: { code: 1, signal: null, stoppedByUs: false },
    processes: 1,
    output: 'thrown on purpose',
    minSelfMs: 1100,
  },
  {
    name: 'process.exit',
    argv: ['node', target('exits.mjs')],
    functions: [{ name: 'burnBeforeExit', file: 'exits.mjs', threads: 1 }],
    absent: ['burnNever'],
    exit: { code: 7, signal: null, stoppedByUs: false },
    processes: 1,
    minSelfMs: 1100,
  },
  {
    name: 'blocks for 3 s',
    argv: ['node', target('blocks.mjs')],
    functions: [{ name: 'blockLoop', file: 'blocks.mjs', threads: 1 }],
    exit: { code: 0, signal: null, stoppedByUs: false },
    processes: 1,
    minSelfMs: 2400,
    /** The journal must grow by CPU samples between these two lines of output. */
    liveBetween: ['blocking', 'free again'],
  },
  {
    name: 'ignores SIGTERM',
    argv: ['node', target('ignores-sigterm.mjs')],
    functions: [{ name: 'burnStubborn', file: 'ignores-sigterm.mjs', threads: 1 }],
    exit: { code: null, signal: 'SIGKILL', stoppedByUs: true },
    processes: 1,
    listens: true,
  },
  {
    name: 'killed (SIGKILL)',
    argv: ['node', target('ticking.mjs')],
    functions: [{ name: 'burnTicking', file: 'ticking.mjs', threads: 1 }],
    /** Sent to the pid that the target prints, when it has printed this many ticks. */
    kill: { signal: 'SIGKILL', afterTicks: 30 },
    exit: { code: null, signal: 'SIGKILL', stoppedByUs: false },
    processes: 1,
  },
];

/**
 * Records one case with the built command line and says what is wrong with the outcome.
 * @param {(typeof cases)[number]} one
 * @param {{ cliFile: string, nodeBinary: string, nodeVersion: string, home: string }} options
 *   `home`: a data folder of its own
 * @returns {Promise<{ status: 'ok' | 'failed' | 'unsupported', problems: string[], notes: string[], output: string }>}
 */
export async function runCase(one, options) {
  const recorded = await record(one, options);
  const { problems, notes } = recorded.result
    ? await check(one, recorded)
    : { problems: [recorded.problem], notes: [] };
  const output = recorded.stderr;
  if (problems.length === 0) return { status: 'ok', problems, notes, output };
  // A package may refuse this Node. That is so only when it says so itself and fails without us, too.
  const excluded = await excludedBy(one.packages ?? [], options.nodeVersion, root);
  if (excluded && !(await runsAlone(one, options.nodeBinary)))
    return { status: 'unsupported', problems: [`not supported by ${excluded}`], notes, output };
  return { status: 'failed', problems, notes, output };
}

function record(one, { cliFile, nodeBinary, home }) {
  return new Promise((resolve) => {
    const args = [cliFile, 'record', '--json', '--node', nodeBinary];
    args.push('--cwd', path.resolve(root, one.cwd ?? '.'), '--', ...one.argv);
    const cli = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', SCORCHMARK_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let ticks = 0;
    let killed = false;
    let targetPid;
    let growth;
    let listening = 0;
    const working = [];
    const seen = { liveChunks: undefined, lastTickUs: undefined };
    const timer = setTimeout(() => cli.kill('SIGKILL'), deadlineMs);

    cli.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    createInterface({ input: cli.stderr }).on('line', (line) => {
      stderr += `${line}\n`;
      targetPid ??= /ready pid (\d+)/.exec(line)?.[1];
      const server = /listening on \S+ pid (\d+)/.exec(line)?.[1];
      if (server && one.listens) {
        working.push(hasWorked(Number(server)));
        if (++listening === Number(one.listens)) void Promise.all(working).then(() => cli.kill('SIGINT'));
      }
      const tick = /tick (\d+)/.exec(line);
      if (tick) {
        seen.lastTickUs = Number(tick[1]);
        if (one.kill && targetPid && ++ticks >= one.kill.afterTicks && !killed) {
          killed = true;
          process.kill(Number(targetPid), one.kill.signal);
        }
      }
      const [from, to] = one.liveBetween ?? [];
      if (line === from) growth = journalGrowth(home);
      if (line === to && growth) seen.liveChunks = growth.stop();
    });
    cli.on('error', (error) =>
      resolve({ problem: `the command line did not start: ${error.message}`, stderr }),
    );
    cli.on('close', (code, signal) => {
      clearTimeout(timer);
      growth?.stop();
      if (signal) return resolve({ problem: `hung for ${deadlineMs / 1000} s`, stderr });
      try {
        const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
        resolve({ result, code, stderr, ...seen });
      } catch {
        resolve({
          problem: `no JSON result (exit code ${code}): ${stderr.trim().split('\n').at(-1) ?? ''}`,
          stderr,
        });
      }
    });
  });
}

/** Resolves when the process has used `workMs` of CPU time since now, or is gone; where that cannot be read, after twice as long. */
async function hasWorked(pid) {
  const fromMs = cpuMs(pid);
  const endsAtMs = performance.now() + 2 * workMs;
  const isOver =
    fromMs === undefined
      ? () => performance.now() >= endsAtMs
      : () => !((cpuMs(pid) ?? Infinity) - fromMs < workMs);
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** User and system time, in proc_pid_stat(5) in hundredths of a second; undefined elsewhere than on Linux. */
function cpuMs(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

async function check(one, { result, code, stderr, liveChunks, lastTickUs }) {
  const { session, folder, exitCode } = result;
  const problems = [];
  const expectThat = (is, problem) => void (is || problems.push(problem));

  expectThat(session.status === 'complete', `session is ${session.status}`);
  expectThat(existsSync(path.join(folder, 'session.json')), `no session.json in ${folder}`);
  expectThat(code === exitCode, `exited with ${code} but reported ${exitCode}`);
  const endedWell = session.exit?.stoppedByUs || session.exit?.code === 0;
  expectThat(endedWell === (exitCode === 0), `exit code ${exitCode} for ${JSON.stringify(session.exit)}`);
  for (const [key, value] of Object.entries(one.exit))
    expectThat(session.exit?.[key] === value, `exit.${key} is ${session.exit?.[key]}, not ${value}`);
  if (one.output) expectThat(stderr.includes(one.output), `“${one.output}” is not in the output`);
  if (one.listens) expectThat(session.listening.length > 0, 'no listening address found');

  const threads = session.processes.flatMap((info) => info.threads);
  const count = session.processes.length;
  if (one.processes) expectThat(count === one.processes, `${count} processes, not ${one.processes}`);
  if (one.minProcesses)
    expectThat(count >= one.minProcesses, `${count} processes, not ${one.minProcesses} or more`);
  if (one.threads)
    expectThat(threads.length === one.threads, `${threads.length} threads, not ${one.threads}`);
  for (const { pid, title } of session.processes) expectThat(!isAlive(pid), `${title} (${pid}) still runs`);

  const profiles = await readProfiles(session, folder);
  for (const wanted of one.functions) {
    const holders = profiles.filter((profile) => profile.selfMs(wanted.name, wanted.file) > 0);
    expectThat(
      holders.length === wanted.threads,
      `${wanted.name} is in ${holders.length} threads, not ${wanted.threads}`,
    );
    for (const { workerId, thread } of holders)
      expectThat(workerId > 0 === Boolean(wanted.workers), `${wanted.name} is in ${thread}`);
    for (const profile of holders) {
      const [top] = profile.topFunctions();
      expectThat(top === wanted.name, `${top} is on top of ${profile.thread}, not ${wanted.name}`);
      const selfMs = profile.selfMs(wanted.name, wanted.file);
      if (one.minSelfMs)
        expectThat(
          selfMs >= one.minSelfMs,
          `${wanted.name} has ${selfMs.toFixed(0)} ms, not ${one.minSelfMs} or more`,
        );
    }
  }
  for (const name of one.absent ?? [])
    expectThat(!profiles.some((profile) => profile.selfMs(name, '') > 0), `${name} must not be there`);

  const notes = [`${count} processes, ${threads.length} threads`];
  if (session.warnings.length > 0)
    notes.push(...session.warnings.map(({ source, message }) => `${source}: ${message}`));
  if (one.liveBetween) {
    expectThat((liveChunks ?? 0) >= 3, `only ${liveChunks ?? 0} chunks of samples arrived during the block`);
    notes.push(`${liveChunks} chunks during the block`);
  }
  if (one.kill) {
    const lastSampleUs = Math.max(...profiles.map(({ endUs }) => endUs));
    const lostMs = (lastTickUs - lastSampleUs) / 1000;
    expectThat(lostMs <= maxLostMs, `${lostMs.toFixed(0)} ms lost, not at most ${maxLostMs}`);
    notes.push(`${Math.max(0, lostMs).toFixed(0)} ms lost`);
  }
  return { problems, notes };
}

/** The session's CPU profiles, with the self time of their functions. */
async function readProfiles(session, folder) {
  const threads = new Map(
    session.processes.flatMap((info) => info.threads).map((thread) => [thread.key, thread]),
  );
  const files = session.files.filter(({ kind }) => kind === 'cpu');
  return Promise.all(
    files.map(async ({ name, thread }) => {
      const profile = JSON.parse(await readFile(path.join(folder, name), 'utf8'));
      const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
      const selfUs = new Map();
      let timeUs = profile.startTime;
      const { samples = [], timeDeltas = [] } = profile;
      for (const [index, id] of samples.entries()) {
        timeUs += timeDeltas[index];
        const { functionName, url } = frames.get(id);
        const key = `${functionName}\n${url}`;
        selfUs.set(key, (selfUs.get(key) ?? 0) + (timeDeltas[index + 1] ?? 0));
      }
      return {
        thread,
        workerId: threads.get(thread)?.workerId ?? 0,
        endUs: timeUs,
        selfMs: (functionName, file) =>
          [...selfUs].reduce((sum, [key, us]) => {
            const [name, url] = key.split('\n');
            return name === functionName && url.includes(file) ? sum + us / 1000 : sum;
          }, 0),
        topFunctions: () =>
          [...selfUs]
            .filter(([key]) => !/^\((idle|program|garbage collector|root)\)/.test(key))
            .sort((a, b) => b[1] - a[1])
            .map(([key]) => key.split('\n')[0]),
      };
    }),
  );
}

/** Whether the target, without us, gets as far as listening (or ends well) with this Node. */
function runsAlone(one, nodeBinary) {
  return new Promise((resolve) => {
    const [command, ...args] = one.argv;
    const { PATH } = process.env;
    const child = spawn(command === 'node' ? nodeBinary : command, args, {
      cwd: path.resolve(root, one.cwd ?? '.'),
      env: { ...process.env, NODE_OPTIONS: '', PATH: `${path.dirname(nodeBinary)}${path.delimiter}${PATH}` },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const timer = setTimeout(() => finish(false), 20_000);
    const finish = (runs) => {
      clearTimeout(timer);
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended
      }
      resolve(runs);
    };
    child.on('error', () => finish(false));
    child.on('exit', (code) => finish(code === 0));
    createInterface({ input: child.stdout }).on(
      'line',
      (line) => line.startsWith('listening on') && finish(true),
    );
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // Ended, but not yet collected by its parent (in a container without an init process, never): field 3 is Z.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}
