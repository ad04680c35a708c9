import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filePieces } from './file-pieces';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-pieces-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('filePieces', () => {
  it.each([0, 1, 4 * 1024 ** 2, 9_000_000])('yields all of a file of %i bytes, in order', async (size) => {
    const file = path.join(folder, 'some.bin');
    const content = randomBytes(size);
    await writeFile(file, content);
    const copies: Uint8Array[] = [];
    for await (const piece of filePieces(file)) copies.push(piece.slice());
    expect(Buffer.concat(copies).equals(content)).toBe(true);
  });

  it('says what the system says when there is no such file', async () => {
    await expect(filePieces(path.join(folder, 'none')).next()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('can be left early', async () => {
    const file = path.join(folder, 'some.bin');
    await writeFile(file, randomBytes(9_000_000));
    for await (const piece of filePieces(file)) {
      expect(piece.length).toBe(4 * 1024 ** 2);
      break;
    }
    await rm(file);
  });
});
