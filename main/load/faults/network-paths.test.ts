import { build } from 'vite';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dependencySchema, faultSchema } from '../../scenario';
import { isAlive } from '../../target/process-table';
import { NetworkPaths } from './network-paths';
import { createProxies } from './open-proxy';
import type { NetworkFault } from './proxy';
import { addressKey, Routes, type Route } from './routes';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serverThatSays(text: string): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => undefined).end(text));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanUps.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function read(address: { host: string; port: number }): Promise<string> {
  const socket = net.connect(address);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

function paths(): { paths: NetworkPaths; routes: Route[][] } {
  const routes: Route[][] = [];
  const made = new NetworkPaths({ proxies: createProxies(null), onRoutes: (next) => routes.push(next) });
  cleanUps.push(() => made.close());
  return { paths: made, routes };
}

describe('the way to a dependency', () => {
  it('leads through a proxy, whose address the target is told as it wants it', async () => {
    const port = await serverThatSays('data');
    const { paths: ways } = paths();
    const dependency = dependencySchema.parse({
      name: 'database',
      port,
      env: { DATABASE_URL: 'postgres://me@{{host}}:{{ port }}/shop', PORT_OF_IT: '{{port}}' },
    });
    const env = await ways.openDependencies([dependency]);
    const proxy = await ways.at('database');
    expect(env).toEqual({
      DATABASE_URL: `postgres://me@127.0.0.1:${proxy.address.port}/shop`,
      PORT_OF_IT: String(proxy.address.port),
    });
    expect(proxy.address.port).not.toBe(port);
    expect(await read(proxy.address)).toBe('data');
  });

  it('is named when it does not exist', async () => {
    const { paths: ways } = paths();
    await expect(ways.at('cache')).rejects.toThrow(/no dependency “cache”/);
    await expect(ways.at('target')).rejects.toThrow(/no load whose connections/);
  });
});

describe('the way of the load', () => {
  it('is straight until a proxy is wanted, and follows a target that moves in both cases', async () => {
    const { paths: ways, routes } = paths();
    const first = await serverThatSays('first');
    const second = await serverThatSays('second');
    const third = await serverThatSays('third');
    const aimed = { host: 'localhost', port: first };
    ways.aimAt([aimed]);
    expect(routes.at(-1)).toEqual([]);
    ways.targetListens(aimed, { host: '127.0.0.1', port: second });
    const from = `127.0.0.1:${first}`;
    expect(routes.at(-1)).toEqual([{ from, host: '127.0.0.1', port: second }]);
    const proxy = await ways.at('target');
    expect(routes.at(-1)).toEqual([{ from, ...proxy.address }]);
    expect(await read(proxy.address)).toBe('second');
    ways.targetListens(aimed, { host: '127.0.0.1', port: third });
    expect(routes.at(-1)).toEqual([{ from, ...proxy.address }]);
    expect(await read(proxy.address)).toBe('third');
  });

  it('leads through a proxy to each address of the target, and breaks all of them', async () => {
    const { paths: ways, routes } = paths();
    const ports = [await serverThatSays('shop'), await serverThatSays('admin')];
    ways.aimAt(ports.map((port) => ({ host: '127.0.0.1', port })));
    const proxy = await ways.at('target');
    const led = routes.at(-1)!;
    expect(led.map(({ from }) => from)).toEqual(ports.map((port) => `127.0.0.1:${port}`));
    expect(await Promise.all(led.map(read))).toEqual(['shop', 'admin']);
    await proxy.begin('f', faultSchema.parse({ kind: 'drop' }) as NetworkFault);
    for (const address of led) await expect(read(address)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await proxy.counts()).accepted).toBe(4);
    await proxy.end('f');
    expect(await Promise.all(led.map(read))).toEqual(['shop', 'admin']);
  });

  it('waits until the connections of a load that runs have moved', async () => {
    const { paths: ways, routes } = paths();
    ways.aimAt([{ host: '127.0.0.1', port: await serverThatSays('moved') }]);
    ways.loadRuns();
    const asked = ways.at('target');
    while (!routes.at(-1)?.length) await new Promise((resolve) => setTimeout(resolve, 5));
    const answer = read(routes.at(-1)![0]!);
    expect((await (await asked).counts()).accepted).toBe(1);
    expect(await answer).toBe('moved');
  });

  it('knows the names of this machine as one, and nothing of other hosts', () => {
    const routes = new Routes();
    routes.set([{ from: addressKey('[::1]', 80), host: '127.0.0.1', port: 9 }]);
    expect(routes.version).toBe(1);
    expect(routes.of('localhost', 80)).toMatchObject({ host: '127.0.0.1', port: 9 });
    expect(routes.of('localhost', 81)).toEqual({ host: 'localhost', port: 81 });
    expect(routes.of('example.org', 80)).toEqual({ host: 'example.org', port: 80 });
  });
});

describe('proxies in a process of their own', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'fault-proxy-'));
    await build({
      configFile: false,
      logLevel: 'error',
      ssr: { noExternal: ['zod'] },
      build: {
        ssr: path.join(import.meta.dirname, 'proxy-process.ts'),
        outDir: folder,
        rolldownOptions: { output: { entryFileNames: 'proxy.mjs' } },
      },
    });
    file = path.join(folder, 'proxy.mjs');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('do the same and end with their run', async () => {
    const proxies = createProxies(file);
    cleanUps.push(() => proxies.close());
    const proxy = await proxies.open({ host: '127.0.0.1', port: await serverThatSays('here') });
    expect(await read(proxy.address)).toBe('here');
    await proxy.begin('f', faultSchema.parse({ kind: 'drop' }) as NetworkFault);
    await expect(read(proxy.address)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await proxy.end('f');
    expect(await read(proxy.address)).toBe('here');
    const { accepted, dropped } = await proxy.counts();
    expect(accepted).toBe(3);
    expect(dropped).toBeGreaterThan(0);
    const { address } = proxy;
    await proxies.close();
    await expect(read(address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(proxy.begin('g', faultSchema.parse({ kind: 'drop' }) as NetworkFault)).rejects.toThrow(
      /proxy/,
    );
  });

  it('end when the workbench is killed', async () => {
    const workbench = path.join(folder, 'workbench.mjs');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(
      workbench,
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(file)}, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
       child.on('message', () => process.send(child.pid));
       child.send({ type: 'open', call: 1, proxy: 1, upstream: { host: '127.0.0.1', port: 1 } });`,
    );
    const child = fork(workbench);
    cleanUps.push(() => child.kill('SIGKILL'));
    const [pid] = (await once(child, 'message')) as [number];
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
