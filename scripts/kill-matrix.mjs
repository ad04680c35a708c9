// `npm run test:kill`: kills the workbench in the middle of recordings (SIGKILL, at random moments) and looks at what is left:
// no process of the target, of the load or of ours, no scratch folder, and at the next start the session with what was recorded.
// `npm run test:kill -- 3` kills three times instead of twenty. Needs Linux (/proc).
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const cli = path.join(root, 'out', 'main', 'cli.js');
/** How long the left-overs of a killed workbench may take to go: a moment, but longer on a busy machine. */
const cleanWithinMs = 30_000;
/** Chunks of the CPU profile come every 500 ms: what is younger at the kill may be missing. */
const mayBeLostMs = 2500;

/** What is recorded in turn: the shapes that leave different things behind. */
const targets = [
  { name: 'script', file: 'spin.cjs', load: false },
  { name: 'server under load', file: 'server.cjs', load: true },
  { name: 'ignores SIGTERM, child', file: 'stubborn.cjs', load: false },
  { name: 'worker thread', file: 'worker.cjs', load: false },
  // Killed while it is starting: there may be no session yet, but nothing may be left either.
  { name: 'while starting', file: 'spin.cjs', load: false, starting: true },
];

const sources = {
  'spin.cjs': `
    const spin = () => { for (const end = Date.now() + 40; Date.now() < end; ); setTimeout(spin, 10); };
    spin();`,
  'server.cjs': `
    const spin = () => { for (const end = Date.now() + 1; Date.now() < end; ); };
    require('node:http').createServer((_request, response) => { spin(); response.end('ok'); }).listen(0, '127.0.0.1');`,
  'stubborn.cjs': `
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {});
    if (!process.env.INNER)
      require('node:child_process').spawn(process.execPath, [__filename], { env: { ...process.env, INNER: '1' }, detached: true, stdio: 'ignore' });
    require('./spin.cjs');`,
  'worker.cjs': `
    new (require('node:worker_threads').Worker)(require('node:path').join(__dirname, 'spin.cjs'));
    require('./spin.cjs');`,
};

/**
 * Kills the workbench once, `afterMs` after its recording began. Returns what went wrong (nothing: as it should be).
 * @param {{ target: (typeof targets)[number], afterMs: number }} what
 */
async function killOnce({ target, afterMs }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'kill-matrix-'));
  const home = path.join(folder, 'home');
  const scratch = path.join(folder, 'tmp');
  // Every process below inherits it, whatever it makes of its arguments: nobody else's are ever counted.
  const mark = `KILL_MATRIX=${path.basename(folder)}`;
  const [name, value] = mark.split('=');
  await mkdir(scratch);
  for (const [file, text] of Object.entries(sources)) await writeFile(path.join(folder, file), text);
  const env = { ...process.env, SCORCHMARK_HOME: home, TMPDIR: scratch, [name]: value };
  delete env.NODE_OPTIONS;
  const load = target.load ? ['--load', 'light', '--duration', '60s'] : [];
  const args = [cli, 'record', '--quiet', ...load, '--', process.execPath, path.join(folder, target.file)];
  const problems = [];
  const workbench = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let seen = '';
  workbench.stderr.setEncoding('utf8').on('data', (text) => (seen += text));
  const exited = new Promise((resolve) => workbench.once('exit', resolve));
  try {
    const began = target.load ? /load running/ : /running/;
    while (!target.starting && !began.test(seen)) {
      if (workbench.exitCode !== null) return { problems: [`did not record: ${seen.trim()}`] };
      await sleep(5);
    }
    await sleep(afterMs);
    const before = await marked(mark);
    workbench.kill('SIGKILL');
    await exited;
    const killedAt = performance.now();
    let left = await marked(mark);
    let folders = await readdir(scratch);
    while ((left.length > 0 || folders.length > 0) && performance.now() - killedAt < cleanWithinMs) {
      await sleep(25);
      left = await marked(mark);
      folders = await readdir(scratch);
    }
    const cleanMs = performance.now() - killedAt;
    for (const { pid, command } of left) problems.push(`process ${pid} is left: ${command}`);
    for (const one of folders) problems.push(`folder ${one} is left`);
    const { session, problem } = await nextStart(env, folder, target);
    if (problem) problems.push(problem);
    if (session && !target.starting) problems.push(...shortcomings(session, { afterMs, target }));
    if (before.length < 2 && !target.starting)
      problems.push('the target was not running when the workbench was killed');
    return { problems, cleanMs, processes: before.length, session };
  } finally {
    for (const { pid } of await marked(mark)) kill(pid);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The next workbench repairs; `sessions list` alone only reads. */
async function nextStart(env, folder, target) {
  const profile = path.join(folder, 'one.cpuprofile');
  const node = {
    id: 1,
    callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
  };
  await writeFile(
    profile,
    JSON.stringify({ nodes: [node], startTime: 0, endTime: 1000, samples: [1], timeDeltas: [0] }),
  );
  const imported = await run(['sessions', 'import', profile], env);
  if (imported.code !== 0) return { problem: `the next start failed: ${imported.err.trim()}` };
  const listed = await run(['sessions', 'list', '--json'], env);
  const sessions = JSON.parse(listed.out).filter(({ status }) => status !== 'imported');
  if (sessions.length === 0 && target.starting) return {};
  if (sessions.length !== 1) return { problem: `${sessions.length} sessions instead of one` };
  const shown = await run(['sessions', 'show', sessions[0].id, '--json'], env);
  if (shown.code !== 0) return { problem: `the session cannot be opened: ${shown.err.trim()}` };
  const report = await run(['report', sessions[0].id, '-o', path.join(folder, 'report.html')], env);
  return {
    session: JSON.parse(shown.out),
    ...(report.code !== 0 && { problem: `no report can be made: ${report.err.trim()}` }),
  };
}

function shortcomings(session, { afterMs, target }) {
  const found = [];
  if (session.status !== 'recovered') found.push(`the session is ${session.status}`);
  if (session.durationMs < afterMs - mayBeLostMs)
    found.push(`${session.durationMs} ms were kept of at least ${Math.round(afterMs)}`);
  if (afterMs > mayBeLostMs && !session.summary.cpuSamples) found.push('no CPU samples were kept');
  if (afterMs > mayBeLostMs && target.load && !session.listening.length)
    found.push('the address was not kept');
  if (!session.warnings.some(({ source }) => source === 'session'))
    found.push('nobody is told that it was killed');
  return found;
}

function run(args, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** Every living process that has the mark in its environment. */
async function marked(mark) {
  const found = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const read = (file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
    if (!(await read('environ')).split('\0').includes(mark)) continue;
    found.push({ pid: Number(name), command: (await read('cmdline')).replaceAll('\0', ' ').trim() });
  }
  return found;
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone meanwhile
  }
}

/** @param {number} times @param {(line: string) => void} print @returns {Promise<number>} how many kills left something behind or lost something */
export async function killMatrix(times, print) {
  let failed = 0;
  print(row(['#', 'target', 'killed after', 'processes', 'clean after', 'kept', 'samples', 'result']));
  for (let i = 0; i < times; i++) {
    const target = targets[i % targets.length];
    const afterMs = target.starting ? 150 + Math.random() * 400 : Math.random() * 4000;
    const { problems, cleanMs, processes, session } = await killOnce({ target, afterMs });
    if (problems.length > 0) failed++;
    print(
      row([
        String(i + 1),
        target.name,
        `${Math.round(afterMs)} ms`,
        String(processes ?? '–'),
        cleanMs === undefined ? '–' : `${Math.round(cleanMs)} ms`,
        session ? `${Math.round(session.durationMs)} ms` : '–',
        String(session?.summary.cpuSamples ?? 0),
        problems.length === 0 ? 'ok' : problems.join('; '),
      ]),
    );
  }
  return failed;
}

function row(cells) {
  const widths = [3, 24, 13, 10, 12, 8, 8, 0];
  return cells
    .map((cell, i) => cell.padEnd(widths[i]))
    .join(' ')
    .trimEnd();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.platform !== 'linux') {
    console.error('Needs Linux: looks for left-over processes in /proc.');
    process.exit(2);
  }
  const times = Number(process.argv[2] ?? 20);
  const failed = await killMatrix(times, (line) => console.log(line));
  console.log(`${times - failed} of ${times} ok`);
  process.exit(failed === 0 ? 0 : 1);
}
