/** The built `scorchmark load` against real servers: what is sent, what is said, what is kept. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeakVerdict } from '../../profiles/leaks/types';
import { presetNames, type LoadResult, type SessionDetail, type SessionMeta } from '../api';
import { presets } from '../load';
import { serveHttp, serveTcp } from '../load/testing/servers';
import { packageRoot } from '../paths';

const cli = path.join(packageRoot, 'out', 'main', 'cli.js');

interface Ended {
  code: number | null;
  out: string;
  err: string;
}
interface Told {
  session: SessionMeta;
  load: LoadResult;
  exitCode: number;
}

let scratch: string;
let home: string;
let server: Server;
let origin: string;
let answered = 0;
let onRequest: () => void = () => undefined;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-cli-load-'));
  home = path.join(scratch, 'home');
  server = createServer((_request, response) => {
    answered++;
    onRequest();
    response.end('fine');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
});

function start(
  args: string[],
  env: Record<string, string> = {},
  command = ['load'],
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cli, ...command, ...args], {
    cwd: scratch,
    env: { ...process.env, SCORCHMARK_HOME: home, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.err += text));
  return {
    child,
    ended: once(child, 'close').then(([code]) => {
      running.delete(child);
      return { ...ended, code: code as number | null };
    }),
  };
}

async function told(args: string[]): Promise<Told & Ended> {
  const ended = await start([...args, '--json']).ended;
  const lines = ended.out.trimEnd().split('\n');
  expect(lines, ended.err).toHaveLength(1);
  return { ...ended, ...(JSON.parse(lines[0]!) as Told) };
}

/** Resolves when a load that goes on has written its first second. */
async function secondsKept(): Promise<void> {
  for (;;) {
    const sessions = await readdir(path.join(home, 'sessions')).catch(() => []);
    for (const id of sessions) {
      const meta = JSON.parse(await kept({ id }, 'session.json').catch(() => '{}')) as Partial<SessionMeta>;
      if (meta.status !== 'recording') continue;
      if ((await kept({ id }, 'load-seconds.ndjson').catch(() => '')).includes('"answered"')) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function kept(session: Pick<SessionMeta, 'id'>, file: string): Promise<string> {
  return readFile(path.join(home, 'sessions', session.id, file), 'utf8');
}

describe.runIf(existsSync(cli))('scorchmark load', () => {
  it('sends to a URL, and keeps result, timeline and seconds as a run does', async () => {
    const before = answered;
    const args = [`${origin}/products`, '--users', '2', '--duration', '1s', '--name', 'two', '--tag', 'x'];
    const { code, exitCode, load, session } = await told(args);
    expect([code, exitCode]).toEqual([0, 0]);
    expect(session).toMatchObject({ name: 'two', tags: ['x'], status: 'complete' });
    expect(load.totals).toMatchObject({ errors: 0, timeouts: 0 });
    expect(load.totals.requests).toBeGreaterThan(0);
    // At the end each user may have one under way.
    expect(answered - before - load.totals.requests).toBeLessThanOrEqual(2);
    expect(JSON.parse(await kept(session, 'load.json'))).toMatchObject({ totals: load.totals });
    expect(await kept(session, 'timeline.json')).toContain('requestRate');
    const [endpoint, ...seconds] = (await kept(session, 'load-seconds.ndjson')).trimEnd().split('\n');
    expect(JSON.parse(endpoint!)).toMatchObject({ endpoint: 0, url: `${origin}/products` });
    const perSecond = seconds.map((line) => (JSON.parse(line) as { answered: number }).answered);
    expect(perSecond.reduce((sum, each) => sum + each, 0)).toBe(load.totals.requests);
  });

  it.each(presetNames)('runs the preset %s with all its users, its minutes scaled down', async (preset) => {
    // Each to two seconds of load, for in less a busy machine may answer nothing; the knee to steps of a fifth of one.
    const { durationMs } = presets.find(({ name }) => name === preset)!;
    const scale = preset === 'knee' ? 1 / 100 : 2000 / durationMs;
    const { code, load } = await told([`${origin}/`, '--preset', preset, '--scale', String(scale)]);
    expect(code).toBe(0);
    expect(load).toMatchObject({ preset, cancelled: false, totals: { errors: 0 } });
    expect(load.totals.requests).toBeGreaterThan(0);
    if (preset === 'knee') expect(load.knee?.steps.length).toBeGreaterThan(0);
    else expect(load.users).toBe(presets.find(({ name }) => name === preset)!.users);
  });

  it('ends with exit code 4 when a threshold is broken, and says which', async () => {
    const args = [`${origin}/`, '--users', '1', '--duration', '1s', '--threshold', 'rps >= 10000000'];
    const { code, out } = await start(args).ended;
    expect(code).toBe(4);
    expect(out).toContain('✗ threshold');
    expect(out).toContain('rps >= 10000000');
  });

  it('tells the load and its exit code with a launched program, too', async () => {
    const program = path.join(scratch, 'server.cjs');
    await writeFile(
      program,
      `require('node:http').createServer((_q, r) => r.end('ok')).listen(0, '127.0.0.1');`,
    );
    const args = ['/', '--users', '1', '--duration', '1s', '--threshold', 'rps >= 10000000', '--json'];
    const { code, out, err } = await start([...args, '--', process.execPath, program]).ended;
    const { load, exitCode, session } = JSON.parse(out) as Told;
    expect([code, exitCode], err).toEqual([4, 4]);
    expect(load.totals.requests).toBeGreaterThan(0);
    expect(load.thresholds).toMatchObject([{ expression: 'rps >= 10000000', ok: false }]);
    expect(JSON.parse(await kept(session, 'load.json'))).toMatchObject({ totals: load.totals });
  });

  it('records of memory what is asked for, of a program that it launches', async () => {
    const program = path.join(scratch, 'snapped.cjs');
    await writeFile(
      program,
      `require('node:http').createServer((_q, r) => r.end('ok')).listen(0, '127.0.0.1');`,
    );
    const args = ['/', '--users', '1', '--duration', '2s', '--snapshot', 'end', '--force-gc', '1s'];
    const { out, err } = await start([...args, '--json', '--', process.execPath, program]).ended;
    const { session, leaks } = JSON.parse(out) as { session: SessionDetail; leaks: LeakVerdict };
    expect(session.snapshots, err).toMatchObject([{ reason: 'end', state: 'complete' }]);

    // Of so short a time nothing can be told, and that is said, also afterwards.
    expect(leaks.outcome).toBe('not-enough-data');
    const afterwards = await start([session.id], {}, ['leaks']).ended;
    expect([afterwards.code, afterwards.out]).toEqual([0, expect.stringMatching(/^Not enough data\. /)]);

    const alone = await start([`${origin}/`, '--duration', '1s', '--snapshot', 'end']).ended;
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('--snapshot belongs to a program')]);
  });

  it('ends early at Ctrl-C, with a summary and a session of what was measured', async () => {
    const seen = new Promise<void>((resolve) => (onRequest = resolve));
    const { child, ended } = start([`${origin}/`, '--users', '1', '--duration', '10m']);
    await seen;
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    expect(code, err).toBe(0);
    expect(out).toContain('total requests');
    const id = /^session {2}(\S+)$/m.exec(out)?.[1] ?? '';
    expect(await readdir(path.join(home, 'sessions'))).toContain(id);
    expect(JSON.parse(await kept({ id }, 'load.json'))).toMatchObject({ cancelled: true });
  });

  it('counts connections that are refused, and says that nothing answered', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const args = [`http://127.0.0.1:${port}/`, '--users', '1', '--duration', '3s'];
    const { code, out, err } = await start([...args, '--threshold', 'errors < 1%']).ended;
    expect(code).toBe(4);
    expect(out).toMatch(/successful\s+0\n/);
    expect(out).toMatch(/errors\s+.*ECONNREFUSED/);
    expect(err).toMatch(/Not one request was answered: ECONNREFUSED \(\d+\)\./);
    expect(err).toContain('Is the server running, and is the address right?');
  });

  it('ends with exit code 3 when nothing was answered and no threshold speaks for it', async () => {
    const silent = await serveTcp((socket) => socket.destroy());
    const ended = await start([silent.origin, '--users', '1', '--duration', '3s', '--json']).ended;
    const { exitCode, error, session } = JSON.parse(ended.out) as Told & { error: { message: string } };
    expect([ended.code, exitCode]).toEqual([3, 3]);
    expect(error.message).toContain('Not one request was answered');
    expect(JSON.parse(await kept(session, 'load.json'))).toMatchObject({ totals: { requests: 0 } });
    await silent.close();
  });

  it('says when nobody got past the set-up', async () => {
    const refusing = await serveHttp((_request, response) => response.writeHead(403).end());
    const scenario = path.join(scratch, 'set-up.yaml');
    await writeFile(
      scenario,
      `{ baseUrl: '${refusing.origin}', users: 2, duration: 3s, setUp: [/login], steps: [/] }`,
    );
    const { code, out, err } = await start([scenario]).ended;
    expect(code).toBe(3);
    expect(out).toMatch(/set-up failed\s+status 403 2/);
    expect(err).toContain('No user got past the set-up: status 403 (2).');
    await refusing.close();
  });

  it('killed outright, leaves a session that is completed, no process and no folder', async () => {
    const temporary = path.join(scratch, 'tmp');
    await mkdir(temporary);
    const slow = await serveHttp((_request, response) => response.end('fine'));
    const { child, ended } = start([slow.origin, '--users', '2', '--duration', '10m', '--name', 'killed'], {
      TMPDIR: temporary,
    });
    await secondsKept();
    child.kill('SIGKILL');
    await ended;
    // The load process has gone with it.
    await slow.allClosed();
    await slow.close();
    expect(await readdir(temporary)).toEqual([]);
    // Who only reads leaves it alone; whoever records next completes it.
    await told([origin, '--users', '1', '--duration', '1s']);
    const { out } = await start(['killed', '--json'], {}, ['sessions', 'show']).ended;
    const session = JSON.parse(out) as SessionMeta;
    expect(session).toMatchObject({ name: 'killed', status: 'recovered' });
    expect(await kept(session, 'load-seconds.ndjson')).toContain('"answered"');
    expect(await kept(session, 'timeline.json')).toContain('requestRate');
  });

  it('makes the faults that need no program of ours, and says which it left out', async () => {
    const scenario = path.join(scratch, 'faults.yaml');
    await writeFile(
      scenario,
      `users: 2
duration: 6s
think: 20ms
steps: ['${origin}/']
faults:
  - { at: 1s, for: 4s, latency: 150ms }
  - { at: 1s, for: 1s, kill: SIGKILL }
`,
    );
    const { code, load, session, err } = await told([scenario]);
    expect(code, err).toBe(0);
    expect(load.faults).toMatchObject([{ kind: 'latency', byHand: false }]);
    expect(load.faults![0]!.problem).toBeUndefined();
    expect(load.faults![0]!.during.p50Ms).toBeGreaterThanOrEqual(150);
    expect(load.notes?.join(' ')).toMatch(/kill.* was left out/i);
    expect(await kept(session, 'timeline.json')).toContain('"faultKind":"latency"');
  });
});
