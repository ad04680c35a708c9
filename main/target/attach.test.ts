import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { attachTarget } from './attach';
import { commandLineOf } from './command-line';
import { listNodeProcesses } from './node-processes';
import { Witness } from './test-support';

let child: ChildProcess | undefined;
afterEach(async () => {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
});

/** A program that answers each line on stdin, and says `up` when it runs. */
async function start(
  flags: string[],
  withWorker = true,
): Promise<{ pid: number; ask(code: string): Promise<string> }> {
  const text = `
    const server = require('http').createServer((q, r) => r.end()).listen(0, '127.0.0.1', () => console.log('up'));
    const worker = ${withWorker} && new (require('worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true });
    process.stdin.setEncoding('utf8').on('data', (code) => console.log(JSON.stringify(eval(code)) ?? 'undefined'));`;
  child = spawn(process.execPath, [...flags, '-e', text], { stdio: ['pipe', 'pipe', 'ignore'] });
  const { stdin, stdout, pid = 0 } = child;
  if (!stdin || !stdout) throw new Error('no pipes');
  const nextLine = async (): Promise<string> => String((await once(stdout, 'data'))[0]).trim();
  await nextLine();
  return {
    pid,
    ask: (code) => {
      const answer = nextLine();
      stdin.write(code);
      return answer;
    },
  };
}

// Its port is fixed by Node (9229), so a flag gives each program one of its own.
const ownPort = '--inspect-port=0';

const traces = `({
  agent: Symbol.for('scorchmark.agent') in globalThis,
  names: Object.getOwnPropertyNames(globalThis).filter((name) => /scorch/i.test(name)),
  emit: Object.getOwnPropertyDescriptor(process, 'emit') !== undefined,
  listen: String(require('net').Server.prototype.listen).includes('follow('),
  cached: Object.keys(require.cache).filter((file) => /main.agent/.test(file)).length,
  listeners: server.listenerCount('listening'),
})`;

describe('attaching to a running program', () => {
  it('finds its threads and servers, and lets it go as it was', async () => {
    const program = await start([ownPort]);
    const before = await program.ask(traces);
    const witness = new Witness();
    const target = await attachTarget({ pid: program.pid, clock: witness.clock, handlers: witness });
    await witness.until(() => witness.of('thread').length === 2 && witness.of('listen').length === 1);
    expect(target.commandLine).toContain('node');
    expect(witness.of('listen')[0]?.address.protocol).toBe('http');
    expect(await target.pids()).toEqual([program.pid]);
    expect(JSON.parse(await program.ask(traces))).toMatchObject({ agent: true, names: [] });

    let usable = false;
    witness.drainThread = async ({ session }) => {
      usable = 'usedSize' in (await session.send('Runtime.getHeapUsage'));
    };
    await target.stop();
    expect(usable).toBe(true);
    expect(witness.of('ending')).toHaveLength(2);
    expect(await target.ended).toEqual({ code: null, signal: null, stoppedByUs: true });
    expect(await program.ask(traces)).toBe(before);

    // Nothing of ours keeps it alive.
    const exit = once(child as ChildProcess, 'exit');
    await program.ask(`server.close(); worker.terminate(); process.stdin.pause().destroy(); 1`);
    expect(await exit).toEqual([0, null]);
  });

  it('closes the inspector that it opened in a program without workers', async () => {
    const program = await start([ownPort], false);
    const witness = new Witness();
    const target = await attachTarget({ pid: program.pid, clock: witness.clock, handlers: witness });
    await target.stop();
    expect(await program.ask(`require('inspector').url()`)).toBe('undefined');
  });

  it('can be done again, and sees the program end', async () => {
    const program = await start([ownPort]);
    const first = new Witness();
    await (await attachTarget({ pid: program.pid, clock: first.clock, handlers: first })).stop();
    const witness = new Witness();
    const target = await attachTarget({ pid: program.pid, clock: witness.clock, handlers: witness });
    await program.ask('setTimeout(() => process.exit(0), 20) && 1');
    expect(await target.ended).toEqual({ code: null, signal: null, stoppedByUs: false });
    expect(witness.of('exit')).toHaveLength(1);
  });

  it('uses an inspector that is open already, and leaves it open', async () => {
    const program = await start(['--inspect=127.0.0.1:0']);
    const url = await program.ask(`require('inspector').url()`);
    const witness = new Witness();
    const target = await attachTarget({ pid: program.pid, clock: witness.clock, handlers: witness });
    await target.stop();
    expect(await program.ask(`require('inspector').url()`)).toBe(url);
  });

  it('refuses what is not there and what is not Node, without harming it', async () => {
    const witness = new Witness();
    const attach = (pid: number): Promise<unknown> =>
      attachTarget({ pid, clock: witness.clock, handlers: witness });
    await expect(attach(process.pid)).rejects.toMatchObject({ code: 'ATTACH_FAILED' });
    child = spawn('sleep', ['1000']);
    await once(child, 'spawn');
    await expect(attach(child.pid ?? 0)).rejects.toMatchObject({ code: 'NOT_NODE' });
    expect(child.signalCode).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(attach(child.pid ?? 0)).rejects.toMatchObject({ code: 'ATTACH_FAILED' });
  });
});

it('lists running Node processes, not ourselves', async () => {
  const helper = spawn(
    'sh',
    ['-c', `'${process.execPath}' -e 'console.log(process.pid); setInterval(() => {}, 1000)' & wait`],
    { detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const pid = Number(String((await once(helper.stdout, 'data'))[0]));
  try {
    const found = await listNodeProcesses();
    expect(found.find((entry) => entry.pid === pid)?.title).toMatch(/^node -e /);
    expect(found.some((entry) => entry.pid === process.pid)).toBe(false);
  } finally {
    process.kill(-(helper.pid ?? 0), 'SIGKILL');
  }
});

it('shows a command line as one would type it', () => {
  expect(commandLineOf({ argv: ['node', 'a b.js', `it's`, '--x=1'], shell: false })).toBe(
    `node 'a b.js' 'it'\\''s' --x=1`,
  );
  expect(commandLineOf({ argv: ['a', '&&', 'b'], shell: true })).toBe('a && b');
});
