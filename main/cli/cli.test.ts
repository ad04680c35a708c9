/** The built command line as people and scripts use it: exit codes, what goes where, Ctrl-C. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison, SessionDetail, SessionMeta } from '../api';
import type { AppErrorJson } from '../errors';
import { packageRoot } from '../paths';

const cli = path.join(packageRoot, 'out', 'main', 'cli.js');

interface Ended {
  code: number | null;
  out: string;
  err: string;
}
interface Recorded {
  session: SessionDetail;
  folder: string;
  report?: string;
  error?: AppErrorJson;
  exitCode: number;
}

let scratch: string;
let home: string;
let script: string;
let idle: string;
let heavy: string;
let profile: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-cli-'));
  home = path.join(scratch, 'home');
  script = path.join(scratch, 'script.cjs');
  idle = path.join(scratch, 'idle.cjs');
  heavy = path.join(scratch, 'heavy.cjs');
  profile = path.join(scratch, 'given.cpuprofile');
  await writeFile(
    script,
    `console.log(JSON.stringify(process.argv.slice(2)));
     console.error('a complaint');
     // CPU time: on a busy machine little of the time may be the program's.
     function hotFunction() {
       const from = process.cpuUsage();
       let sum = 0;
       while (process.cpuUsage(from).user < 400_000) for (let n = 0; n < 2e5; n++) sum += Math.sqrt(n);
       return sum;
     }
     hotFunction();
     process.exitCode = Number(process.env.EXIT_CODE ?? 0);`,
  );
  // Its snapshot takes a second or more.
  await writeFile(
    heavy,
    `globalThis.kept = Array.from({ length: 2e5 }, (_, i) => ({ name: 'kept ' + i, parts: [i] }));
     setInterval(() => {}, 1000);`,
  );
  await writeFile(idle, `console.log('idle now'); setInterval(() => {}, 50);`);
  const callFrame = {
    functionName: 'given',
    scriptId: '1',
    url: 'file:///given.js',
    lineNumber: 1,
    columnNumber: 0,
  };
  await writeFile(
    profile,
    JSON.stringify({
      nodes: [
        { id: 1, callFrame: { ...callFrame, functionName: '(root)', url: '' }, children: [2] },
        { id: 2, callFrame },
      ],
      startTime: 0,
      endTime: 5000,
      samples: [2, 2],
      timeDeltas: [1000, 1000],
    }),
  );
});

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

afterAll(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

function start(args: string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: scratch,
    env: { ...process.env, SCORCHMARK_HOME: home, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (ended.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (ended.err += text));
  return {
    child,
    ended: once(child, 'close').then(([code]) => {
      running.delete(child);
      return { ...ended, code: code as number | null };
    }),
  };
}

function run(args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return start(args, env).ended;
}

async function json<T>(args: string[], env?: NodeJS.ProcessEnv): Promise<T> {
  const { out, err } = await run(args, env);
  const lines = out.trimEnd().split('\n');
  expect(lines, err).toHaveLength(1);
  return JSON.parse(lines[0]!) as T;
}

/** Resolves when the stream has shown the text. */
function shown(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    let seen = '';
    child.stdout?.on('data', (more: string) => {
      seen += more;
      if (seen.includes(text)) resolve();
    });
  });
}

describe.runIf(existsSync(cli))('record', () => {
  it('saves a session, passes everything behind the command on, and keeps the streams apart', async () => {
    const { code, out, err } = await run([
      'record',
      '--',
      process.execPath,
      script,
      '--load',
      'y',
      '--json',
      '-x',
    ]);
    expect(code, err).toBe(0);
    expect(out).toContain('["--load","y","--json","-x"]');
    expect(out).toMatch(/top function +hotFunction/);
    expect(err).toContain('a complaint');
    expect(out).not.toContain('a complaint');
  });

  it('needs no -- in front of the command either', async () => {
    const { code, out } = await run(['record', process.execPath, script, '--users', 'x']);
    expect(code).toBe(0);
    expect(out).toContain('["--users","x"]');
  });

  it('with --json prints one object on stdout, and everything else on stderr', async () => {
    const args = ['record', '--json', '--name', 'named', '--tag', 'a', '--tag', 'b', '--interval', '500us'];
    const { out, err, code } = await run([...args, '--env', 'GIVEN= x', '--', process.execPath, script]);
    const { session, folder, exitCode } = JSON.parse(out) as Recorded;
    expect([code, exitCode]).toEqual([0, 0]);
    expect(session).toMatchObject({ name: 'named', tags: ['a', 'b'], status: 'complete' });
    expect(session.spec).toMatchObject({ target: { env: { GIVEN: ' x' } }, capture: { cpuIntervalUs: 500 } });
    expect(session.summary.topFunction?.name).toBe('hotFunction');
    expect(existsSync(path.join(folder, 'session.json'))).toBe(true);
    expect(err).toContain('a complaint');
  });

  it('exits with 1 when the target ended badly, and has saved all the same', async () => {
    const { session, exitCode } = await json<Recorded>(['record', '--json', '--', process.execPath, script], {
      EXIT_CODE: '3',
    });
    expect(exitCode).toBe(1);
    expect(session.exit).toMatchObject({ code: 3, stoppedByUs: false });
    expect(session.summary.cpuSamples).toBeGreaterThan(0);
  });

  it.each([
    ['no command', [], 'Give a command to record.'],
    ['an unknown option', ['--nonsense', '--', 'node'], 'unknown option'],
    ['an unknown preset', ['--load', 'huge', '--', 'node'], 'smoke, light'],
    ['a bad duration', ['--duration', 'soon', '--', 'node'], '--duration takes a time'],
    ['a negative duration', ['--duration', '-5s', '--', 'node'], '--duration takes a time'],
    ['a bad interval', ['--interval', '1h', '--', 'node'], '--interval takes 50us to 100ms'],
    ['no users', ['--load', 'smoke', '--users', '0', '--', 'node'], '--users takes'],
    ['a bad header', ['--load', 'smoke', '--header', 'x', '--', 'node'], '--header takes NAME:VALUE'],
    ['a bad method', ['--load', 'smoke', '--method', 'FETCH', '--', 'node'], 'is not a request'],
    ['a load option without a load', ['--keep-running', '--', 'node'], '--keep-running belongs to --load'],
    ['a launch option when attaching', ['--attach', '1', '--cwd', '/'], '--cwd belongs to a command'],
    ['a bad pid', ['--attach', 'x'], '--attach takes a process id'],
    ['two targets', ['--attach', '1', '--', 'node'], 'not several'],
  ])('refuses %s with exit code 2 and says which', async (_what, args, text) => {
    const { code, out, err } = await run(['record', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
  });

  it.each([
    ['a command that is not there', ['--', 'no-such-command'], 'COMMAND_NOT_FOUND'],
    ['a folder that is not there', ['--cwd', '/no/such/folder', '--', 'node'], 'CWD_NOT_FOUND'],
    ['a report that cannot be written', ['--report', '/no/such/folder/x.html', '--', 'node'], 'NOT_FOUND'],
  ])('answers %s with exit code 3, and with JSON where it was asked for', async (_what, args, errorCode) => {
    const { code, out, err } = await run(['record', '--json', ...args]);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ error: { code: errorCode }, exitCode: 3 });
    expect(err).toMatch(/^scorchmark: /m);
  });

  it('at Ctrl-C stops the target, saves, and says so', async () => {
    const { child, ended } = start(['record', '--', process.execPath, idle]);
    await shown(child, 'idle now');
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    expect(code, err).toBe(0);
    expect(err).toContain('Stopping the target and saving');
    expect(out).toMatch(/target ended with +\w+.* \(stopped\)/);
    const [newest] = await json<SessionMeta[]>(['sessions', 'list', '--json']);
    expect(newest).toMatchObject({
      status: 'complete',
      commandLine: expect.stringContaining('idle.cjs') as string,
    });
  });

  it('killed while a heap snapshot is written leaves a session that the next start makes whole', async () => {
    const { child, ended } = start(
      ['record', '--no-allocations', '--snapshot', 'start', '--', process.execPath, heavy],
      { SCORCHMARK_HOME: path.join(scratch, 'killed') },
    );
    const sessions = path.join(scratch, 'killed', 'sessions');
    const parts = async (): Promise<string[]> =>
      (await readdir(sessions, { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.part'));
    // The journal is written a moment later.
    const isNoted = async (): Promise<boolean> => {
      const [part] = await parts();
      if (part === undefined) return false;
      const journal = path.join(sessions, path.dirname(part), 'journal.ndjson');
      return /"k":"snapshot"/.test(await readFile(journal, 'utf8'));
    };
    await expect.poll(isNoted, { interval: 5 }).toBe(true);
    child.kill('SIGKILL');
    await ended;
    const again = await run(['record', '--no-allocations', '--', process.execPath, '-e', '0'], {
      SCORCHMARK_HOME: path.join(scratch, 'killed'),
    });
    expect(again.code, again.err).toBe(0);
    const list = await run(['sessions', 'list', '--json'], { SCORCHMARK_HOME: path.join(scratch, 'killed') });
    const all = JSON.parse(list.out) as SessionMeta[];
    expect(all.map(({ status }) => status).sort()).toEqual(['complete', 'recovered']);
    const { id } = all.find(({ status }) => status === 'recovered')!;
    const session = JSON.parse(
      await readFile(path.join(sessions, id, 'session.json'), 'utf8'),
    ) as SessionDetail;
    expect(session.snapshots).toMatchObject([{ state: 'failed', error: { code: 'CANCELLED' } }]);
    // The target is ended by the reaper, and with it ends what it still wrote.
    await expect.poll(parts).toEqual([]);
  });

  it('goes on when its reader goes away, and saves', async () => {
    const { child, ended } = start([
      'record',
      '--name',
      'unread',
      '--duration',
      '1500ms',
      '--',
      process.execPath,
      '-e',
      'setInterval(() => console.log("line"), 5)',
    ]);
    await shown(child, 'line');
    child.stdout?.destroy();
    expect((await ended).code).toBe(0);
    const [newest] = await json<SessionMeta[]>(['sessions', 'list', '--json']);
    expect(newest).toMatchObject({ name: 'unread', status: 'complete' });
  });

  it('writes the report', async () => {
    const file = path.join(scratch, 'report.html');
    const { report } = await json<Recorded>([
      'record',
      '--json',
      '--report',
      file,
      '--',
      process.execPath,
      script,
    ]);
    expect(report).toBe(file);
    expect(await readFile(file, 'utf8')).toContain('hotFunction');
  });
});

describe.runIf(existsSync(cli))('sessions', () => {
  const elsewhere = (): string[] => ['--data-folder', path.join(scratch, 'elsewhere')];

  it('go round: imported, shown, exported, deleted, imported again', async () => {
    const [imported] = await json<SessionMeta[]>([...elsewhere(), 'sessions', 'import', '--json', profile]);
    expect(imported).toMatchObject({ status: 'imported', name: 'given.cpuprofile' });
    const { out } = await run(['sessions', 'show', 'last', ...elsewhere()]);
    expect(out).toContain('cpu-0.cpuprofile');
    expect(out).not.toMatch(/^(host|command|Node)\b/m);

    const file = path.join(scratch, 'passed on.scorchmark');
    expect(
      (await run([...elsewhere(), 'sessions', 'export', imported!.id.slice(0, 20), '-o', file])).out,
    ).toBe(`${file}\n`);
    expect((await run([...elsewhere(), 'sessions', 'rm', 'last'])).out).toContain('moved to the trash');
    expect((await run([...elsewhere(), 'sessions', 'list'])).out).toContain('No sessions.');
    expect((await run([...elsewhere(), 'sessions', 'rm', '--forever', imported!.id])).out).toContain(
      'deleted',
    );
    expect((await run([...elsewhere(), 'sessions', 'list', '--trash'])).out).toBe('The trash is empty.\n');
    const [again] = await json<SessionMeta[]>([...elsewhere(), 'sessions', 'import', '--json', file]);
    expect(again!.id).toBe(imported!.id);
  });

  it('compare as text and as JSON', async () => {
    const folder = ['--data-folder', path.join(scratch, 'compared')];
    const [one] = await json<SessionMeta[]>(['sessions', 'import', '--json', profile, ...folder]);
    const [other] = await json<SessionMeta[]>(['sessions', 'import', '--json', profile, ...folder]);
    const compared = await json<Comparison>(['compare', one!.id, other!.id, '--json', ...folder]);
    expect(compared.functions[0]).toMatchObject({ name: 'given', selfShareA: 1, selfShareB: 1 });
    const { out, code } = await run(['compare', one!.id, other!.id, ...folder]);
    expect(code).toBe(0);
    expect(out).toMatch(/^given +100/m);
    expect((await run(['compare', one!.id, other!.id, '--functions', 'x', ...folder])).code).toBe(2);
  });

  it('cannot steer the terminal by their names', async () => {
    const folder = ['--data-folder', path.join(scratch, 'names')];
    const file = path.join(scratch, 'evil\u001b[2J\nname\u202e.cpuprofile');
    await writeFile(file, await readFile(profile));
    const steers = /[\p{Cc}\u202e]/u;
    const imported = await run(['sessions', 'import', file, ...folder]);
    expect(imported.out.trimEnd()).not.toMatch(steers);
    const { out } = await run(['sessions', 'list', ...folder]);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(out.replaceAll('\n', '')).not.toMatch(steers);
  });

  it.each([
    ['a session that is not there', ['sessions', 'show', 'nope'], 3, 'There is no session "nope"'],
    ['a file that is not there', ['sessions', 'import', '/no/file'], 3, 'There is no file /no/file'],
    [
      'a folder of no profiler',
      ['sessions', 'import', '/'],
      2,
      'Give the folder that clinic flame or 0x made',
    ],
    ['an unknown command', ['profile'], 2, 'There is no command "profile"'],
    ['an unknown sub-command', ['sessions', 'burn'], 2, "unknown command 'burn'"],
    ['a bad port', ['serve', '--port', '99999'], 2, '--port takes a port number'],
  ])('%s is an error with its own exit code', async (_what, args, exitCode, text) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([exitCode, '']);
    expect(err).toContain(text);
  });

  it('a data folder that cannot be one says so', async () => {
    const file = path.join(scratch, 'a file');
    await writeFile(file, '');
    const { code, err } = await run(['record', '--data-folder', file, '--', process.execPath, script]);
    expect(code).toBe(3);
    expect(err).toContain(file);
  });

  it('a damaged file says what is wrong with it', async () => {
    await mkdir(path.join(scratch, 'broken'), { recursive: true });
    const file = path.join(scratch, 'broken', 'x.cpuprofile');
    await writeFile(file, '{"nodes":[');
    const { code, err } = await run(['sessions', 'import', file]);
    expect(code).toBe(3);
    expect(err).toContain('x.cpuprofile is not a CPU profile as written by node --cpu-prof: at nodes[0]');
  });
});
