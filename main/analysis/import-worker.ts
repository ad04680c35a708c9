/** The thread that reads one foreign profile; see foreign-reader.ts. */
import { workerData } from 'node:worker_threads';
import { describeForeign, type ForeignRequest } from '../sessions';
import { answerMainThread } from './in-thread';

const request = workerData as ForeignRequest;

await answerMainThread(`Importing ${request.name}`, (progress) => {
  let told = 0;
  return describeForeign(request, (share) => {
    if (share - told < 0.01) return;
    told = share;
    progress(share, '');
  });
});
