/** The thread that writes one report or compares two sessions; see judge.ts. */
import path from 'node:path';
import { workerData } from 'node:worker_threads';
import { answerMainThread } from '../analysis/in-thread';
import type { SessionSource } from '../analysis/load-session';
import { readRange } from '../sessions';
import { compareHere, reportHere, type JudgeRequest } from './judge';

const { kind, sessions } = workerData as JudgeRequest;
const isReport = kind === 'report';

const folderOf = (id: string): string => sessions.find(({ detail }) => detail.id === id)!.folder;
const source: SessionSource = {
  get: (id) => sessions.find(({ detail }) => detail.id === id)!.detail,
  readFile: (id, file) => readRange(path.join(folderOf(id), file), {}),
  folderOf: (id) => Promise.resolve(folderOf(id)),
};

await answerMainThread(isReport ? 'Writing the report' : 'Comparing', (progress) =>
  (isReport ? reportHere : compareHere)(
    source,
    sessions.map(({ detail }) => detail.id),
    { progress },
  ),
);
