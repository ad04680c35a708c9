/** The thread that reads one foreign profile, or one result of a load generator; see foreign-reader.ts. */
import { workerData } from 'node:worker_threads';
import { describeForeign, readLoadHere, type ForeignRequest, type LoadFileRequest } from '../sessions';
import { answerMainThread } from './in-thread';

const request = workerData as ForeignRequest | LoadFileRequest;

await answerMainThread(`Importing ${request.name}`, (progress) => {
  let told = 0;
  const tell = (share: number): void => {
    if (share - told < 0.01) return;
    told = share;
    progress(share, '');
  };
  if (request.kind === 'load') return readLoadHere(request, { progress: (share) => tell(share ?? 0) });
  return describeForeign(request, tell);
});
