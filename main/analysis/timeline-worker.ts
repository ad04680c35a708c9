/** The thread that reads big timelines and keeps them; see timelines.ts. */
import { parentPort } from 'node:worker_threads';
import { toAppError } from '../errors';
import { TimelineReader, type TimelineReply, type TimelineRequest } from './timelines';

const reader = new TimelineReader();

parentPort?.on('message', ({ id, ...request }: TimelineRequest & { id: number }) => {
  const tell = (reply: TimelineReply): void => parentPort?.postMessage(reply);
  reader.read(request).then(
    (timeline) => tell({ id, timeline }),
    (error: unknown) => tell({ id, error: toAppError(error, 'Reading the timeline').toJSON() }),
  );
});
