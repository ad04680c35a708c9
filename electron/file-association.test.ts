import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileQueue, filesInArgv } from './file-association';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scorchmark-files-'));
  for (const name of ['a.cpuprofile', 'B.HEAPPROFILE', 'notes.txt'])
    writeFileSync(path.join(folder, name), '');
  mkdirSync(path.join(folder, 'folder.cpuprofile'));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the files of ours among a process’s arguments, relative to where it was started', () => {
  const argv = [
    'scorchmark',
    '--flag=x.cpuprofile',
    '.',
    'a.cpuprofile',
    'notes.txt',
    'gone.cpuprofile',
    'folder.cpuprofile',
  ];
  expect(filesInArgv([...argv, path.join(folder, 'B.HEAPPROFILE')], folder)).toEqual([
    path.join(folder, 'a.cpuprofile'),
    path.join(folder, 'B.HEAPPROFILE'),
  ]);
});

test('files that come before there is anything to open them wait, in order', () => {
  const queue = new FileQueue();
  const opened: string[] = [];
  queue.add('a', 'b');
  queue.drainTo((file) => opened.push(file));
  queue.add('c');
  expect(opened).toEqual(['a', 'b', 'c']);
});
