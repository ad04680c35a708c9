// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import type { Client, SessionMeta } from '../../main/api';
import { AppError } from '../../main/errors';
import { importFiles } from './files';
import { reportError, tell } from './report-error';
import { useTasks } from './tasks';

vi.mock('./report-error', () => ({ reportError: vi.fn(), tell: vi.fn() }));
// Reading while sending needs a worker.
vi.mock('./early-reading', () => ({ readEarly: () => null, readFolderEarly: () => null }));
// The engine's part: what is called bad cannot be opened.
vi.mock('./upload', () => ({
  uploadFile: ({ name }: File): Promise<SessionMeta> =>
    name.startsWith('bad')
      ? Promise.reject(
          new AppError('PROFILE_MALFORMED', `${name} ends too early.`, { hint: 'Record it again.' }),
        )
      : name.startsWith('odd')
        ? Promise.reject(new AppError('DISK_FULL', 'The disk is full.'))
        : Promise.resolve({ id: name, status: 'complete' } as SessionMeta),
}));

const client = {} as Client;
const drop = (...names: string[]) =>
  importFiles(
    client,
    names.map((name) => new File(['{}'], name)),
  );
const reported = (): AppError[] => vi.mocked(reportError).mock.calls.map(([error]) => error);

beforeEach(() => vi.clearAllMocks());

test('a file that alone cannot be opened is reported as it is', async () => {
  await drop('bad.json');
  expect(reported()).toMatchObject([{ message: 'bad.json ends too early.', hint: 'Record it again.' }]);
});

test('of many files, all failures are one report, and what was opened is told', async () => {
  await drop('a', 'bad1', 'odd', 'b', 'bad2', 'bad3', 'bad4');
  expect(tell).toHaveBeenCalledExactlyOnceWith('2 files became sessions');
  expect(reported()).toHaveLength(1);
  const [error] = reported();
  expect(error?.message).toBe('5 of 7 files could not be opened');
  expect(error?.hint).toBe('bad1 ends too early; odd: The disk is full; bad2 ends too early; and 2 more.');
  expect(error?.details).toContain('bad4 ends too early.\nRecord it again.');
  expect(useTasks.getState().tasks).toEqual([]);
});

test('nothing is reported when all could be opened', async () => {
  await drop('a', 'b', 'c');
  expect(reported()).toEqual([]);
  expect(tell).toHaveBeenCalledExactlyOnceWith('3 files became sessions');
});
