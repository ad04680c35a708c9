import { describe, expect, it } from 'vitest';
import type { SessionFile, SnapshotInfo } from '../api';
import { snapshotsOf } from './snapshot-list';

const info = (file: string, state: SnapshotInfo['state']): SnapshotInfo => ({
  file,
  thread: 'p7',
  reason: 'asked',
  startedUs: 1,
  state,
  progress: null,
  sizeBytes: 10,
});
const lies = (name: string): SessionFile => ({ name, kind: 'snapshot', thread: 'p7', sizeBytes: 99 });

describe('the snapshots of a session that is over', () => {
  it('that were still written have failed with a reason, whether something of them is left or not', () => {
    const known = [info('gone', 'writing'), info('there', 'writing')];
    expect(snapshotsOf([lies('there')], known)).toMatchObject([
      { file: 'gone', state: 'failed', sizeBytes: 0, error: { code: 'CANCELLED' } },
      { file: 'there', state: 'failed', sizeBytes: 99, error: { code: 'CANCELLED' } },
    ]);
  });

  it('are left out when their file is gone, but for those that failed', () => {
    const known = [info('gone', 'complete'), info('failed', 'failed'), info('there', 'complete')];
    expect(snapshotsOf([lies('there')], known).map(({ file }) => file)).toEqual(['failed', 'there']);
  });
});
