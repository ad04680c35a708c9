import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { loadSpecSchema } from '../api';
import type { ListeningAddress } from '../api';
import { samplesFolder } from '../paths';
import { resolvePlan } from './plan';

const catalogueSchema = z.array(
  z.object({ name: z.string(), argv: z.array(z.string()).min(2), load: loadSpecSchema.nullable() }),
);
const samples = catalogueSchema.parse(
  JSON.parse(await readFile(path.join(samplesFolder, 'samples.json'), 'utf8')) as unknown,
);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function startSample(name: string, env: Record<string, string> = {}) {
  const sample = samples.find((each) => each.name === name);
  if (!sample) throw new Error(`no sample ${name}`);
  const child = spawn(process.execPath, sample.argv.slice(1), {
    cwd: path.join(samplesFolder, name),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, sample, exit, lines: createInterface({ input: child.stdout }) };
}

async function addressOf({ lines }: ReturnType<typeof startSample>): Promise<ListeningAddress> {
  const [line] = (await once(lines, 'line')) as [string];
  const url = /http:\S+/.exec(line)?.[0] ?? '';
  return { pid: 1, url, port: Number(new URL(url).port), protocol: 'http', atUs: 0 };
}

test.each(['shop', 'cluster'])(
  '%s answers every request of its own load, and ends on SIGTERM',
  async (name) => {
    const started = startSample(name);
    const address = await addressOf(started);
    const { load } = started.sample;
    if (!load) throw new Error('this sample has a load');
    resolvePlan(load, [address]); // can be sent
    const { requests } = load;
    const answers = await Promise.all(
      requests.map(async ({ url, method, headers, body }) => {
        const response = await fetch(new URL(url, address.url), {
          method,
          headers: { ...headers, connection: 'close' },
          body,
        });
        return {
          request: `${method} ${url}`,
          ok: response.ok,
          size: (await response.arrayBuffer()).byteLength,
        };
      }),
    );
    expect(answers.filter(({ ok, size }) => !ok || size === 0)).toEqual([]);
    started.child.kill('SIGTERM');
    expect(await started.exit).toEqual([0, null]);
  },
);

test('the shop says what is wrong with a request it cannot serve', async () => {
  const { url } = await addressOf(startSample('shop'));
  const status = async (where: string, init?: RequestInit) => (await fetch(url + where, init)).status;
  expect(await status('/nothing')).toBe(404);
  expect(await status('/cart', { method: 'POST', body: 'no json' })).toBe(400);
  expect(await status('/cart', { method: 'POST', body: '{"productId":0}' })).toBe(404);
});

test('the workers stop when told, the script by itself', async () => {
  const workers = startSample('workers');
  await once(workers.lines, 'line');
  workers.child.kill('SIGTERM');
  expect(await workers.exit).toEqual([0, null]);

  expect(await startSample('workers', { JOBS: '4' }).exit).toEqual([0, null]);
  expect(await startSample('script', { SECONDS: '0.2' }).exit).toEqual([0, null]);
});
