/** A load process that has told everything and cannot exit (it looks up a name) does not stay. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createStartLoad } from './index';
import { sendScenario } from './testing/built-runner';
import { serveTcp } from './testing/servers';

test('a load process that does not exit by itself is ended', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lingering-'));
  const file = path.join(folder, 'stays.cjs');
  let gone: () => void = () => undefined;
  const isGone = new Promise<void>((resolve) => (gone = resolve));
  const server = await serveTcp((socket) => socket.on('close', gone).resume());
  await writeFile(
    file,
    `require('node:net').connect(${new URL(server.origin).port}, '127.0.0.1', () => {
      process.send({ type: 'failed', error: { code: 'LOAD_FAILED', message: 'all is told' } });
      process.send({ type: 'bye' });
    });`,
  );
  const sent = sendScenario(createStartLoad(file), {
    flows: [{ name: 'flow', steps: [{ kind: 'request', url: server.origin }] }],
  });
  await expect(sent.done).rejects.toMatchObject({ message: 'all is told' });
  await isGone;
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
