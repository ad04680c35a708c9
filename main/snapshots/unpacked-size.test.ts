import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unpackedSize } from './unpacked-size';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-unpacked-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('is the size of a plain file, and what a gzipped one unpacks to', async () => {
  const plain = Buffer.from('{"snapshot":{}}'.repeat(1000));
  const packed = gzipSync(plain);
  await writeFile(path.join(folder, 'a'), plain);
  await writeFile(path.join(folder, 'b'), packed);
  expect(await unpackedSize(path.join(folder, 'a'), plain.length)).toBe(plain.length);
  expect(await unpackedSize(path.join(folder, 'b'), packed.length)).toBe(plain.length);
});

it('of a file too short to be gzipped is its size', async () => {
  await writeFile(path.join(folder, 'c'), Buffer.from([0x1f, 0x8b, 8]));
  expect(await unpackedSize(path.join(folder, 'c'), 3)).toBe(3);
});
