import { existsSync } from 'node:fs';
import { chmod, readFile, symlink } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../paths';
import { isAlive } from './process-table';
import {
  agentFolderOf,
  launch,
  programFolder,
  removeProgramFolder,
  runToEnd,
  stopAll,
  Witness,
} from './test-support';

const folders: string[] = [];
async function folderOf(files: Record<string, string>, name?: string): Promise<string> {
  const folder = await programFolder(files, name);
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  await stopAll();
  await Promise.all(folders.splice(0).map(removeProgramFolder));
});

const tsx = path.join(packageRoot, 'node_modules', '.bin', 'tsx');

describe('a launched program', () => {
  it('stands still before its first line until the run has armed its collectors', async () => {
    const cwd = await folderOf({ 'a.js': `console.log('armed: ' + globalThis.armed)` });
    const witness = new Witness();
    witness.armThread = async ({ session }) => {
      await session.send('Runtime.evaluate', { expression: 'globalThis.armed = true' });
    };
    const { end } = await runToEnd(['node', 'a.js'], { cwd }, witness);
    expect(witness.out).toEqual(['armed: true']);
    expect(end).toEqual({ code: 0, signal: null, stoppedByUs: false });
  });

  it('does not see us: no global names, no listeners, its own arguments and stderr', async () => {
    const cwd = await folderOf({
      'a.js': `
        const fresh = require('vm').runInNewContext('Object.getOwnPropertyNames(globalThis)');
        console.log(JSON.stringify({
          globals: [...Object.getOwnPropertyNames(globalThis), ...fresh].filter((name) => /scorch/i.test(name)),
          forIn: Object.keys(process).includes('emit'),
          listeners: process.eventNames().filter((name) => name !== 'newListener' && name !== 'removeListener' && name !== 'warning' && !/^SIGWINCH/.test(String(name))).map(String),
          argv: process.argv.slice(2), execArgv: process.execArgv,
          names: [process.emit.name, process.reallyExit.name, require('net').Server.prototype.listen.name],
        }));
        console.error('Debugger attached to nothing.');`,
    });
    const { witness } = await runToEnd(['node', 'a.js', 'x y'], { cwd });
    expect(JSON.parse(witness.out.join(''))).toEqual({
      globals: [],
      forIn: false,
      listeners: [],
      argv: ['x y'],
      execArgv: [],
      // `net.Server.prototype.listen` is an anonymous function.
      names: ['emit', 'reallyExit', ''],
    });
    expect(witness.err).toEqual(['Debugger attached to nothing.']);
  });

  it.each([
    ['runs to its end', `setTimeout(() => {}, 20)`, 0],
    ['calls process.exit', `process.exit(7)`, 7],
    ['calls process.exit in an exit handler', `process.on('exit', () => process.exit(9))`, 9],
    [
      'calls process.exit while workers run',
      `new (require('worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true, execArgv: [] })
        .on('online', () => setTimeout(() => process.exit(3), 150))`,
      3,
    ],
    ['throws', `throw new Error('planned')`, 1],
    ['rejects', `Promise.reject(new Error('planned'))`, 1],
  ])('is drained when it %s, after its own exit handlers', async (_how, text, code) => {
    const cwd = await folderOf({
      'a.js': `
        const agent = globalThis[Symbol.for('scorchmark.agent')];
        let handled = false;
        process.on('exit', () => { handled = true; });
        agent.onExit(() => agent.report('last', { handled }));
        ${text}`,
    });
    const witness = new Witness();
    const last: unknown[] = [];
    witness.armThread = (thread) => {
      thread.onReport('last', (data) => last.push(data));
      return Promise.resolve();
    };
    let drained: unknown;
    witness.drainThread = async ({ session }) => {
      drained = await session.send('Runtime.getHeapUsage');
    };
    const { end } = await runToEnd(['node', 'a.js'], { cwd }, witness);
    expect(end.code).toBe(code);
    expect(last).toEqual([{ handled: true }]);
    expect(drained).toHaveProperty('usedSize');
    expect(witness.of('ending').map(({ wasClosed }) => wasClosed)).not.toContain(true);
    expect(witness.of('exit')[0]?.process.endedUs).toBeGreaterThan(0);
  });

  it('is followed as an ES module', async () => {
    const cwd = await folderOf({
      'a.mjs': `await import('node:fs'); console.log(import.meta.url.slice(-5))`,
    });
    const { witness } = await runToEnd(['node', 'a.mjs'], { cwd });
    expect(witness.out).toEqual(['a.mjs']);
    expect(witness.titles).toEqual(['a.mjs']);
  });

  it('is followed through npm start', async () => {
    const cwd = await folderOf({
      'package.json': JSON.stringify({
        name: 'x',
        version: '1.0.0',
        scripts: { start: 'node server.js --n 1' },
      }),
      'server.js': `console.log('served')`,
    });
    const { end, witness } = await runToEnd(['npm', 'start'], { cwd });
    expect(end.error).toBeUndefined();
    expect(witness.titles).toContain('server.js');
    expect(witness.out).toContain('served');
  });

  it('is followed as TypeScript through tsx, and its server is found', async () => {
    const cwd = await folderOf({
      'server.ts': `
        import { createServer } from 'node:http';
        const port: number = 0;
        createServer((_request, response) => response.end('ok')).listen(port);`,
    });
    const { target, witness } = await launch([tsx, 'server.ts'], { cwd });
    await witness.until(() => witness.of('listen').length > 0);
    const address = witness.of('listen')[0]?.address;
    expect(address?.protocol).toBe('http');
    expect(await (await fetch(address?.url ?? '')).text()).toBe('ok');
    expect(witness.titles).toContain('server.ts');
    await target.stop();
    expect((await target.ended).stoppedByUs).toBe(true);
  });

  it('is followed into a cluster of two, whose common address is told once', async () => {
    const cwd = await folderOf({
      'a.js': `
        const cluster = require('cluster');
        if (cluster.isPrimary) { cluster.fork(); cluster.fork(); }
        else require('http').createServer((q, r) => r.end()).listen(0, '127.0.0.1', () => process.send('up'));
        let up = 0;
        cluster.on('message', () => { if (++up === 2) for (const w of Object.values(cluster.workers)) w.disconnect(); });`,
    });
    const { end, witness } = await runToEnd(['node', 'a.js'], { cwd });
    expect(end.error).toBeUndefined();
    expect(witness.titles).toEqual(['a.js', 'a.js', 'a.js']);
    expect(witness.of('listen').map(({ address }) => address.protocol)).toEqual(['http']);
    expect(witness.of('exit')).toHaveLength(3);
  });

  it('is followed into its worker threads, also those without the agent, each an isolate of its own', async () => {
    const cwd = await folderOf({
      'a.js': `
        const { Worker, isMainThread, parentPort } = require('worker_threads');
        if (isMainThread) for (const options of [{}, { execArgv: [], env: {} }]) {
          const worker = new Worker(__filename, options);
          worker.on('message', () => worker.postMessage('end'));
        } else {
          // Ends only when somebody has put the word in, so that the test does not race with it.
          const look = setInterval(() => { if (globalThis.armed) { clearInterval(look); parentPort.postMessage(1); } }, 5);
          parentPort.once('message', () => parentPort.close());
        }`,
    });
    const witness = new Witness();
    const last: string[] = [];
    witness.armThread = async (thread) => {
      thread.onReport('last', () => last.push(thread.info.key));
      await thread.session.send('Runtime.evaluate', {
        expression: `{
          const agent = globalThis[Symbol.for('scorchmark.agent')];
          agent.onExit(() => agent.report('last', 1));
          globalThis.armed = true;
        }`,
      });
    };
    const { target, end } = await runToEnd(['node', 'a.js'], { cwd }, witness);
    const keys = [`p${target.pid}`, `p${target.pid}-w1`, `p${target.pid}-w2`];
    expect(end.code).toBe(0);
    expect(
      witness
        .of('thread')
        .map(({ thread }) => thread.info.key)
        .sort(),
    ).toEqual(keys);
    expect(last.sort()).toEqual(keys);
    expect(
      witness
        .of('ending')
        .map(({ thread }) => thread.info.key)
        .sort(),
    ).toEqual(keys);
    expect(witness.of('process')[0]?.process.threads).toHaveLength(3);
  });

  it('is followed into each of many worker threads that start at once', async () => {
    const cwd = await folderOf({
      'a.js': `
        const { Worker, isMainThread, parentPort } = require('worker_threads');
        if (isMainThread) {
          const workers = Array.from({ length: 12 }, () => new Worker(__filename));
          process.once('SIGUSR2', () => workers.forEach((worker) => worker.postMessage('end')));
        } else parentPort.once('message', () => {});`,
    });
    const { target, witness } = await launch(['node', 'a.js'], { cwd });
    await witness.until(() => witness.of('thread').length === 13);
    process.kill(target.pid, 'SIGUSR2');
    expect(await target.ended).toMatchObject({ code: 0, signal: null });
    expect(witness.of('warning')).toEqual([]);
  });

  it('keeps a worker that its main thread blocks for from being held up', async () => {
    const cwd = await folderOf({
      'a.js': `
        const { Worker, isMainThread, workerData } = require('worker_threads');
        if (isMainThread) {
          const cell = new Int32Array(new SharedArrayBuffer(4));
          new Worker(__filename, { workerData: cell });
          console.log(Atomics.wait(cell, 0, 0, 8000));
        } else { Atomics.store(workerData, 0, 1); Atomics.notify(workerData, 0); }`,
    });
    const { witness } = await runToEnd(['node', 'a.js'], { cwd });
    expect(witness.out).toEqual(['ok']);
  });

  it('may stand in a path with spaces, quotes and backslashes, as may its own NODE_OPTIONS', async () => {
    const name = process.platform === 'win32' ? 'a b' : 'a b"c\\d';
    const cwd = await folderOf(
      { 'a b.js': `console.log(globalThis.mine)`, 'my setup.js': `globalThis.mine = 'kept'` },
      name,
    );
    const { end, witness } = await runToEnd(['node', 'a b.js'], {
      cwd,
      env: { NODE_OPTIONS: '--require "./my setup.js"' },
      nodeFlags: ['--max-old-space-size=300'],
    });
    expect(witness.out).toEqual(['kept']);
    expect(end.code).toBe(0);
  });

  it('gets Node flags where Node takes them', async () => {
    const cwd = await folderOf({
      'a.js': `console.log(process.execArgv.join(), /--max-old-space-size=300/.test(process.env.NODE_OPTIONS))`,
    });
    const { witness } = await runToEnd(['node', 'a.js'], {
      cwd,
      nodeFlags: ['--max-old-space-size=300', '--allow-natives-syntax'],
    });
    expect(witness.out).toEqual(['--allow-natives-syntax true']);
    await expect(
      launch(['npm', 'start'], { cwd, nodeFlags: ['--allow-natives-syntax'] }),
    ).rejects.toMatchObject({
      code: 'NODE_FLAG_REFUSED',
    });
    await expect(launch(['node', 'a.js'], { cwd, nodeFlags: ['oops'] })).rejects.toMatchObject({
      code: 'NODE_FLAG_REFUSED',
    });
  });

  it('runs on the Node binary that was chosen, below npm too', async () => {
    const cwd = await folderOf({
      'package.json': JSON.stringify({ name: 'x', version: '1.0.0', scripts: { start: 'node a.js' } }),
      'a.js': `console.log(process.env.PATH.split(':').slice(-0).some((f) => /scorchmark-.*bin$/.test(f)), process.argv0)`,
    });
    const nodeBinary = path.join(cwd, 'chosen node');
    await symlink(process.execPath, nodeBinary);
    const { witness } = await runToEnd(['npm', 'start'], { cwd, nodeBinary });
    expect(witness.out.at(-1)).toBe('true node');
  });

  it('may be a program of the project, or a line for the shell', async () => {
    const cwd = await folderOf({ 'node_modules/.bin/tool': `#!/usr/bin/env node\nconsole.log('tool')` });
    await chmod(path.join(cwd, 'node_modules/.bin/tool'), 0o755);
    expect((await runToEnd(['tool'], { cwd })).witness.out).toEqual(['tool']);
    const line = await runToEnd(['X=1', 'node', '-p', 'process.env.X', '&&', 'echo', 'done'], {
      cwd,
      shell: true,
    });
    expect(line.witness.out).toEqual(['1', 'done']);
  });
});

describe('stopping', () => {
  it('sends one polite signal to each process of the tree, those in groups of their own included', async () => {
    const cwd = await folderOf({
      'a.js': `
        const { spawn } = require('child_process');
        let signals = 0;
        process.on('SIGTERM', () => { signals++; setTimeout(() => { console.log('signals ' + signals); process.exit(0); }, 100); });
        if (process.argv[2] !== 'child') {
          spawn(process.execPath, [__filename, 'child'], { detached: true, stdio: 'inherit' });
          spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
        }
        setInterval(() => {}, 1000);
        console.log('up ' + process.pid);`,
    });
    const { target, witness } = await launch(['node', 'a.js'], { cwd });
    await witness.until(() => witness.out.filter((line) => line.startsWith('up')).length === 2);
    const pids = await target.pids();
    expect(pids[0]).toBe(target.pid);
    expect(pids).toHaveLength(3);
    await target.stop();
    expect(witness.out.filter((line) => line.startsWith('signals'))).toEqual(['signals 1', 'signals 1']);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await target.ended).toMatchObject({ code: 0, signal: null, stoppedByUs: true });
    expect(existsSync(agentFolderOf(target))).toBe(false);
  });

  it('kills what ignores the signal', async () => {
    const cwd = await folderOf({
      'a.js': `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`,
    });
    const { target, witness } = await launch(['node', 'a.js'], { cwd });
    await witness.until(() => witness.out.includes('up'));
    await target.stop({ graceMs: 100 });
    expect(await target.ended).toEqual({ code: null, signal: 'SIGKILL', stoppedByUs: true });
  });

  it('tells of an isolate that vanished by SIGKILL, with its session closed', async () => {
    const cwd = await folderOf({ 'a.js': `setInterval(() => {}, 1000); console.log('up')` });
    const { target, witness } = await launch(['node', 'a.js'], { cwd });
    await witness.until(() => witness.out.includes('up'));
    process.kill(target.pid, 'SIGKILL');
    const end = await target.ended;
    expect(end).toMatchObject({ code: null, signal: 'SIGKILL', stoppedByUs: false });
    expect(witness.of('ending').map(({ wasClosed }) => wasClosed)).toEqual([true]);
  });

  it('is over when its process has ended between announcing itself and our connection', async () => {
    const cwd = await folderOf({
      'a.js': `
        const fs = require('fs');
        const file = require('path').join(process.env.SCORCHMARK_DIR, '999999999.json');
        const gone = { pid: 999999999, ppid: 1, url: 'ws://127.0.0.1:1/x', argv: ['node', 'gone.js'],
          execArgv: [], cwd: '/', version: process.version, title: 'node', startedUs: 0 };
        fs.writeFileSync(file + '.tmp', JSON.stringify(gone));
        fs.renameSync(file + '.tmp', file);`,
    });
    const { end, witness } = await runToEnd(['node', 'a.js'], { cwd });
    expect(end).toEqual({ code: 0, signal: null, stoppedByUs: false });
    expect(witness.titles).toEqual(['a.js']);
    expect(witness.of('warning')).toEqual([]);
  });

  it('ends what a finished command leaves behind, and says so', async () => {
    const cwd = await folderOf({
      'a.js': `
        const child = require('child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'inherit' });
        child.unref();
        console.log(child.pid);`,
    });
    const { end, witness } = await runToEnd(['node', 'a.js'], { cwd });
    expect(end).toEqual({ code: 0, signal: null, stoppedByUs: false });
    expect(isAlive(Number(witness.out[0]))).toBe(false);
    expect(witness.of('warning').map(({ warning }) => warning.source)).toEqual(['target']);
  });

  it('waits for a Node daemon that has left the tree', async () => {
    const cwd = await folderOf({
      'a.js': `
        if (process.argv[2]) setTimeout(() => console.log('daemon done'), 300);
        else require('child_process').spawn(process.execPath, [__filename, 'd'], { detached: true, stdio: 'inherit' }).unref();`,
    });
    const { witness } = await runToEnd(['node', 'a.js'], { cwd });
    expect(witness.out).toEqual(['daemon done']);
    expect(witness.of('exit')).toHaveLength(2);
  });
});

describe('what can go wrong', () => {
  it('is said before anything runs', async () => {
    const cwd = await folderOf({ 'a.js': '', 'not-node': '#!/bin/sh\necho hello' });
    await chmod(path.join(cwd, 'not-node'), 0o755);
    await expect(launch(['no-such-command-here'], { cwd })).rejects.toMatchObject({
      code: 'COMMAND_NOT_FOUND',
    });
    await expect(launch(['a.js'], { cwd })).rejects.toMatchObject({
      code: 'COMMAND_NOT_FOUND',
      hint: expect.stringContaining('node a.js') as string,
    });
    await expect(launch(['./a.js'], { cwd })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(launch(['node', 'a.js'], { cwd: path.join(cwd, 'nowhere') })).rejects.toMatchObject({
      code: 'CWD_NOT_FOUND',
    });
    await expect(launch(['node', 'a.js'], { cwd, nodeBinary: './missing' })).rejects.toMatchObject({
      code: 'NODE_BINARY_INVALID',
    });
    await expect(launch(['node', 'a.js'], { cwd, nodeBinary: './not-node' })).rejects.toMatchObject({
      code: 'NODE_BINARY_INVALID',
    });
  });

  it('not a Node program', async () => {
    const { end } = await runToEnd(['sh', '-c', 'echo something; sleep 0.1']);
    expect(end.error).toMatchObject({ code: 'NOT_NODE', details: 'something' });
  });

  it('an early death comes with the last output', async () => {
    const cwd = await folderOf({ 'a.js': `require('./missing')` });
    const { end } = await runToEnd(['node', 'a.js'], { cwd });
    expect(end.error?.code).toBe('TARGET_DIED_EARLY');
    expect(end.error?.details).toContain(`Cannot find module './missing'`);
  });

  it('a port in use is named', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as net.AddressInfo;
    const cwd = await folderOf({ 'a.js': `require('http').createServer().listen(${port}, '127.0.0.1')` });
    const { end } = await runToEnd(['node', 'a.js'], { cwd });
    blocker.close();
    expect(end.error).toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(port)) as string,
    });
    expect(end.error?.details).toContain('EADDRINUSE');
  });

  it('a flag that Node refuses', async () => {
    const { end } = await runToEnd(['node', '-e', '0'], { nodeFlags: ['--no-such-flag-at-all'] });
    expect(end.error?.code).toBe('NODE_FLAG_REFUSED');
  });

  it('an inspector that cannot be opened leaves the program unharmed', async () => {
    const cwd = await folderOf({
      'setup.js': `require('inspector').open = () => { throw new Error('forbidden here') };`,
      'a.js': `console.log('ran')`,
    });
    const { end, witness } = await runToEnd(['node', 'a.js'], {
      cwd,
      env: { NODE_OPTIONS: '--require ./setup.js' },
    });
    expect(witness.out).toEqual(['ran']);
    expect(end.code).toBe(0);
    expect(end.error).toMatchObject({ code: 'INSPECTOR_REFUSED', details: 'forbidden here' });
  });

  it('a collector that fails to arm is a warning, and the program runs', async () => {
    const witness = new Witness();
    witness.armThread = () => Promise.reject(new Error('no luck'));
    const { end } = await runToEnd(['node', '-p', '1'], {}, witness);
    expect(witness.out).toEqual(['1']);
    expect(end.code).toBe(0);
    expect(witness.of('warning')[0]?.warning.message).toContain('no luck');
  });

  it('a program that opens its inspector itself is recorded through that one', async () => {
    const cwd = await folderOf({ 'a.js': `console.log(1)` });
    const { witness } = await runToEnd(['node', '--inspect=0', 'a.js'], { cwd });
    expect(witness.out).toEqual(['1']);
    expect(witness.err).toEqual([]);
  });
});

it('the agent is readable by a Node too old for us', async () => {
  // What ES2015 does not have and Node 10 cannot parse.
  const agent = await readFile(path.join(packageRoot, 'main', 'agent', 'agent.cjs'), 'utf8');
  expect(agent.replace(/\/\*[\s\S]*?\*\//g, '')).not.toMatch(/\?\.[\w[(]|\?\?|\d_\d|#\w+\s*[=(;]/);
});
