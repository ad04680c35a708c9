import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Mark, RunWarning } from '../../api';
import { packageRoot } from '../../paths';
import { faultSchema, type Fault } from '../../scenario';
import { launchTarget } from '../../target';
import { isAlive } from '../../target/process-table';
import { programFolder, removeProgramFolder, Witness } from '../../target/test-support';
import type { Target, TargetThread } from '../../target/types';
import { expressionOf } from './block';
import { capMemory } from './memory-cap';
import { contend } from './contention';
import { createFaults, type Faults } from './create-faults';
import { pauseTree } from './pause';
import { RestartableTarget } from './restartable-target';
import type { HappenedFault } from './types';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const asFault = (input: object): Fault => faultSchema.parse(input);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}
/** State letter of proc_pid_stat(5): T is stopped. */
const stateOf = (pid: number): string => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
const cpuTicksOf = (pid: string): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

const server = `
  const http = require('http');
  const kept = [];
  http.createServer((request, response) => {
    if (request.url === '/grow') kept.push(Buffer.alloc(20e6, 1));
    response.end(String(process.pid));
  }).listen(0, '127.0.0.1');`;

class Stage {
  readonly marks: Mark[] = [];
  readonly warnings: RunWarning[] = [];
  readonly told: HappenedFault[] = [];
  changes = 0;
  threads: TargetThread[] = [];
  readonly faults: Faults;

  constructor(
    readonly witness: Witness,
    readonly target: RestartableTarget,
  ) {
    this.faults = createFaults({
      nowUs: () => witness.clock.nowUs(),
      originUs: witness.clock.originUs,
      pids: () => target.pids(),
      loops: () =>
        witness
          .of('thread')
          .map(({ thread }) => thread)
          .filter(({ session }) => !session.isClosed),
      restartable: () => target,
      proxyAt: () => Promise.reject(new Error('not here')),
      onMarks: (marks) => this.marks.push(...marks),
      onWarning: (warning) => this.warnings.push(warning),
      onChange: () => this.changes++,
      onTurn: () => undefined,
      onFault: (fault) => this.told.push({ ...fault }),
    });
  }

  get port(): number {
    return this.witness.of('listen').at(-1)!.address.port;
  }

  async get(url: string): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.port}${url}`)).text();
  }
}

async function stage(program = server): Promise<Stage> {
  const cwd = await programFolder({ 'server.js': program });
  const witness = new Witness();
  const launch = (): Promise<Target> =>
    launchTarget({
      spec: { kind: 'launch', argv: ['node', 'server.js'], cwd, env: {}, nodeFlags: [], shell: false },
      clock: witness.clock,
      handlers: witness,
    });
  const made = new Stage(witness, new RestartableTarget(await launch(), launch));
  cleanUps.push(() => removeProgramFolder(cwd));
  cleanUps.push(async () => {
    await made.faults.endAll();
    await made.target.stop({ graceMs: 0 });
  });
  await witness.until(() => witness.of('listen').length > 0);
  return made;
}

describe('CPU contention', () => {
  it('keeps as many threads busy as were asked for, and ends them', async () => {
    const contention = await contend(3);
    const busy = (): number =>
      readdirSync(`/proc/${contention.pid}/task`).filter(
        (task) => cpuTicksOf(`${contention.pid}/task/${task}`) > 20,
      ).length;
    await until(() => busy() >= 3);
    await contention.end('asked');
    expect(existsSync(`/proc/${contention.pid}`)).toBe(false);
  });

  it('says when somebody else has ended them', async () => {
    const contention = await contend(1);
    process.kill(contention.pid, 'SIGKILL');
    await contention.gone;
    expect(await contention.end('asked')).toEqual({
      problem: 'The spinning threads were ended by somebody else.',
    });
  });
});

describe('a paused tree', () => {
  it('stands still with all its processes and goes on at the end', async () => {
    const { target, faults, get, port } = await stage(`
      const child = require('child_process').spawn('sleep', ['1000']);
      process.on('exit', () => child.kill());
      ${server}`).then((made) => ({
      target: made.target,
      faults: made.faults,
      get: made.get.bind(made),
      port: made.port,
    }));
    await until(async () => (await target.pids()).length === 2);
    const pids = await target.pids();
    const id = await faults.start(asFault({ kind: 'pause' }), undefined, true);
    await until(() => pids.every((pid) => stateOf(pid) === 'T'));
    // The kernel still takes connections; nobody answers.
    const socket = net.connect(port, '127.0.0.1');
    cleanUps.push(() => socket.destroy());
    await once(socket, 'connect');
    await faults.end(id);
    expect(pids.some((pid) => stateOf(pid) === 'T')).toBe(false);
    expect(await get('/')).toBe(String(pids[0]));
  });

  it('goes on also when the workbench is killed', async () => {
    const paused = spawn('sleep', ['1000']);
    cleanUps.push(() => paused.kill('SIGKILL'));
    const workbench = runModule(`
      const { pauseTree } = await import(${JSON.stringify(urlOf('pause.ts'))});
      await pauseTree(async () => [${paused.pid}]);
      console.log('paused');
      setInterval(() => {}, 1000);`);
    await once(workbench.stdout!, 'data');
    await until(() => stateOf(paused.pid!) === 'T');
    workbench.kill('SIGKILL');
    await until(() => stateOf(paused.pid!) === 'S');
  });

  it('is refused when there is nothing to pause', async () => {
    await expect(pauseTree(() => Promise.resolve([]))).rejects.toThrow(/no process/);
  });
});

function urlOf(file: string): string {
  return pathToFileURL(path.join(packageRoot, 'main', 'load', 'faults', file)).href;
}

function runModule(code: string): ReturnType<typeof spawn> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(() => child.kill('SIGKILL'));
  return child;
}

it('leaves no spinning process when the workbench is killed', async () => {
  const workbench = runModule(`
    const { contend } = await import(${JSON.stringify(urlOf('contention.ts'))});
    console.log((await contend(2)).pid);`);
  const [text] = (await once(workbench.stdout!, 'data')) as [Buffer];
  const pid = Number(String(text));
  expect(isAlive(pid)).toBe(true);
  workbench.kill('SIGKILL');
  await until(() => !isAlive(pid));
});

describe('a blocked event loop', () => {
  it('answers nothing meanwhile, is served by the inspector, and its stall is told as ours', async () => {
    const made = await stage();
    const { faults, witness } = made;
    const id = await faults.start(asFault({ kind: 'block', blockMs: 300 }), undefined, true);
    const [{ thread }] = witness.of('thread') as [{ kind: 'thread'; thread: TargetThread }];
    // Answered although the loop is busy, or was not yet: it would otherwise be profiled with gaps.
    await thread.session.send('Runtime.evaluate', { expression: '1' });
    await made.get('/');
    await faults.end(id);
    const [fault] = faults.happened;
    expect(fault).toMatchObject({ text: 'event loop blocked 300 ms', byHand: true });
    const nowUs = witness.clock.nowUs();
    const markAt = (tUs: number): Mark => ({
      kind: 'blocked',
      tUs,
      durationMs: 301,
      text: 'Event loop blocked for 301 ms',
      thread: thread.info.key,
    });
    expect(fault!.problem).toBeUndefined();
    // When it was within the fault's time depends on the machine; one of these is near enough.
    const marks: Mark[] = [];
    for (let tUs = fault!.startedUs; tUs < nowUs; tUs += 10_000) marks.push(markAt(tUs));
    const explained = faults.explain(marks).find((mark) => 'ours' in mark && mark.ours);
    expect(explained).toHaveProperty(
      'text',
      expect.stringContaining('by the fault “event loop blocked 300 ms”'),
    );
    // Another one of the program's own.
    expect(faults.explain([markAt(nowUs + 1e6)])[0]).not.toHaveProperty('ours');
  });

  it('is let go when the fault ends before its time', async () => {
    const made = await stage();
    const id = await made.faults.start(asFault({ kind: 'block', blockMs: 60_000 }), undefined, true);
    const answer = made.get('/');
    await made.faults.end(id);
    // The test would otherwise run into its limit.
    expect(await answer).toBe(String(made.target.pid));
  });
});

it('does not stay blocked when the workbench is killed', async () => {
  const workbench = spawn('sleep', ['1000']);
  await once(workbench, 'spawn');
  // Longer than the test may take.
  const expression = expressionOf(3_600_000, workbench.pid!);
  const target = spawn(process.execPath, [
    '-e',
    `const over = ${expression}\nover.then(() => console.log('free')); console.log('asked');`,
  ]);
  cleanUps.push(() => target.kill('SIGKILL'));
  await once(target.stdout, 'data');
  workbench.kill('SIGKILL');
  const [text] = (await once(target.stdout, 'data')) as [Buffer];
  expect(String(text)).toBe('free\n');
});

describe('a memory cap', () => {
  const grow = async (made: Stage): Promise<void> => {
    for (let i = 0; i < 40; i++) await made.get('/grow');
  };

  it('of a control group ends a program that needs more, and says so', async ({ skip }) => {
    const made = await stage();
    let id: string;
    try {
      id = await made.faults.start(asFault({ kind: 'memory', limitBytes: 300e6 }), undefined, true);
    } catch (error) {
      skip(`not possible here: ${String(error)}`);
      return;
    }
    const [fault] = made.faults.happened;
    if (!fault!.means?.startsWith('control group')) skip(`no control groups here: ${fault!.means}`);
    await expect(grow(made)).rejects.toThrow();
    await made.target.ended;
    await made.faults.end(id);
    expect(fault!.means).toMatch(/the kernel ended a process that needed more/);
    expect(groups()).toEqual([]);
  });

  it('of a control group leaves no trace on a program that needs less', async ({ skip }) => {
    const made = await stage();
    const [root] = await made.target.pids();
    const before = readFileSync(`/proc/${root}/cgroup`, 'utf8');
    const acting = await capMemory({ pids: [root!], limitBytes: 2e9 });
    if (!acting.means?.startsWith('control group')) skip('no control groups here');
    expect(readFileSync(`/proc/${root}/cgroup`, 'utf8')).not.toBe(before);
    await acting.end('asked');
    expect(readFileSync(`/proc/${root}/cgroup`, 'utf8')).toBe(before);
    expect(groups()).toEqual([]);
    await grow(made);
  });

  it('counts from the start when it was planned', async ({ skip }) => {
    const made = await stage();
    const planned = [{ atMs: 0, forMs: 60_000, fault: asFault({ kind: 'memory', limitBytes: 2e9 }) }];
    await made.faults.targetStarted(planned, made.target.pid);
    made.faults.plan(planned);
    await until(() => made.told.length > 0);
    const [fault] = made.faults.happened;
    if (!fault!.means?.startsWith('control group')) skip('no control groups here');
    expect(fault!.means).toContain('of all it took since its start');
    await made.faults.endAll();
    expect(groups()).toEqual([]);
  });

  it('is refused when more is used already', async () => {
    const made = await stage();
    await expect(
      made.faults.start(asFault({ kind: 'memory', limitBytes: 1e6 }), undefined, true),
    ).rejects.toThrow(/uses \d+ MB already/);
    expect(made.faults.happened).toEqual([]);
    expect(groups()).toEqual([]);
  });

  it('falls back to prlimit, says what that does, and takes it back', async ({ skip }) => {
    const made = await stage();
    const [root] = await made.target.pids();
    const limits = (): string =>
      execFileSync('prlimit', ['--pid', String(root), '--data', '--noheadings', '-o', 'SOFT'], {
        encoding: 'utf8',
      }).trim();
    let before: string;
    try {
      before = limits();
    } catch {
      skip('no prlimit here');
      return;
    }
    const acting = await capMemory({
      pids: [root!],
      limitBytes: 3e9,
      makeGroup: () => Promise.resolve(null),
    });
    expect(acting.means).toMatch(/^prlimit .* V8, which is not told, ends the process/);
    expect(limits()).toBe('3000000000');
    await acting.end('asked');
    expect(limits()).toBe(before);
  });

  /** Ours that are left anywhere. */
  function groups(): string[] {
    const text = execFileSync(
      'find',
      ['/sys/fs/cgroup', '-maxdepth', '6', '-type', 'd', '-name', `scorchmark-${process.pid}-*`],
      {
        encoding: 'utf8',
      },
    );
    return text.split('\n').filter(Boolean);
  }
});

describe('kill and restart', () => {
  it('ends every process, starts the same command again, and the target goes on being one', async () => {
    const made = await stage();
    const { target, faults, witness } = made;
    const first = target.pid;
    const firstPort = made.port;
    const id = await faults.start(asFault({ kind: 'kill' }), undefined, true);
    expect(isAlive(first)).toBe(false);
    expect(await target.pids()).toEqual([]);
    await faults.end(id);
    await witness.until(() => witness.of('listen').length === 2);
    expect(target.pid).not.toBe(first);
    expect(made.port).not.toBe(firstPort);
    expect(await made.get('/')).toBe(String(target.pid));
    expect(witness.of('exit').map(({ process }) => process.pid)).toEqual([first]);
    await target.stop({ graceMs: 1000 });
    expect(await target.ended).toMatchObject({ stoppedByUs: true });
  });

  it('can be stopped while it is down', async () => {
    const { target, faults } = await stage();
    await faults.start(asFault({ kind: 'kill' }), undefined, true);
    await faults.endAll();
    await target.stop();
    expect(await target.ended).toMatchObject({ code: null, stoppedByUs: true });
    expect(faults.happened[0]?.problem).toBe('The run ended before it was started again.');
  });

  it('forces one that does not go by itself', async () => {
    const made = await stage(`process.on('SIGTERM', () => {}); ${server}`);
    const first = made.target.pid;
    const id = await made.faults.start(asFault({ kind: 'kill', signal: 'SIGTERM' }), undefined, true);
    expect(isAlive(first)).toBe(true);
    await made.faults.end(id);
    expect(isAlive(first)).toBe(false);
    expect(made.faults.happened[0]?.means).toContain('and was killed');
  });

  it('is the end when it does not start again', async () => {
    const cwd = await programFolder({ 'server.js': server });
    cleanUps.push(() => removeProgramFolder(cwd));
    const witness = new Witness();
    const spec = {
      kind: 'launch' as const,
      argv: ['node', 'server.js'],
      cwd,
      env: {},
      nodeFlags: [],
      shell: false,
    };
    const first = await launchTarget({ spec, clock: witness.clock, handlers: witness });
    const target = new RestartableTarget(first, () =>
      launchTarget({ spec: { ...spec, argv: ['no-such-command'] }, clock: witness.clock, handlers: witness }),
    );
    await witness.until(() => witness.of('listen').length > 0);
    await target.kill('SIGKILL');
    await expect(target.startAgain()).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    expect((await target.ended).error?.code).toBe('COMMAND_NOT_FOUND');
  });
});

describe('the plan', () => {
  it('begins and ends each fault by itself, tells marks and what lasts, and ends all with the run', async () => {
    const made = await stage();
    const { faults } = made;
    faults.plan([
      { atMs: 0, forMs: 30, fault: asFault({ kind: 'pause' }) },
      { atMs: 60, forMs: 60_000, fault: asFault({ kind: 'cpu' }) },
      { atMs: 60_000, forMs: 10, fault: asFault({ kind: 'pause' }) },
    ]);
    await until(() => faults.happened.length === 2 && faults.happened[0]!.endedUs !== undefined);
    expect(faults.active).toEqual([
      {
        id: 'f2',
        text: 'CPU contention by a process',
        byHand: false,
        startedUs: faults.happened[1]!.startedUs,
      },
    ]);
    await faults.endAll();
    expect(faults.active).toEqual([]);
    const marks = made.marks.filter((mark) => mark.kind === 'fault');
    // On a busy machine the second begins before the first has ended.
    const told = marks.map(({ faultId, durationMs }) => [faultId, durationMs !== undefined] as const);
    expect(told.sort(([a], [b]) => a.localeCompare(b))).toEqual([
      ['f1', false],
      ['f1', true],
      ['f2', false],
      ['f2', true],
    ]);
    await expect(faults.start(asFault({ kind: 'cpu' }), 1, true)).rejects.toThrow(/run is ending/);
  });

  it('tells a fault that could not be done', async () => {
    const made = await stage();
    made.faults.plan([
      { atMs: 0, forMs: 10, fault: asFault({ kind: 'latency', via: 'database', delayMs: 1 }) },
    ]);
    await until(() => made.told.length === 1);
    expect(made.faults.happened[0]).toMatchObject({
      problem: 'not here',
      text: 'latency 1 ms before database',
    });
    expect(made.warnings[0]?.source).toBe('fault');
  });
});
