/** What `scorchmark record` must do with every kind of target, on the Node that runs the tests. Other Nodes: `npm run test:matrix`. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases, runCase } from './record-matrix-cases.mjs';

const cliFile = path.resolve(import.meta.dirname, '..', 'out', 'main', 'cli.js');

describe('record', () => {
  let home: string;

  beforeAll(async () => {
    if (!existsSync(cliFile)) throw new Error('There is no build: run `npm run build` first.');
    home = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-matrix-'));
  });

  afterAll(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

  for (const one of cases)
    it(`works on: ${one.name}`, async () => {
      const outcome = await runCase(one, {
        cliFile,
        nodeBinary: process.execPath,
        nodeVersion: process.version.slice(1),
        home: path.join(home, one.name.replace(/\W+/g, '-')),
      });
      expect(outcome.problems, outcome.output).toEqual([]);
    });
});
