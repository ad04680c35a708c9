/** Reads foreign profiles and results of load generators in a thread of its own: 400 MB take seconds. */
import { stat } from 'node:fs/promises';
import { importWorkerFile, isBuilt } from '../paths';
import type { FileDescription } from '../../profiles/formats/describe-file';
import {
  describeForeign,
  readLoadHere,
  type ForeignRequest,
  type ReadForeign,
  type ReadLoadFile,
} from '../sessions';
import { inThread } from './in-thread';

/** Starting a thread takes longer than reading a file this small. */
const smallBytes = 1024 ** 2;

export const readForeign: ReadForeign = async (request, task) =>
  !isBuilt(importWorkerFile) || (await sizeOf(request)) < smallBytes
    ? describeForeign(request, (share) => task.progress?.(share, ''))
    : inThread<FileDescription>(importWorkerFile, request, { doing: `Reading ${request.name}`, task });

export const readLoad: ReadLoadFile = async (request, task) =>
  !isBuilt(importWorkerFile) || (await stat(request.file)).size < smallBytes
    ? readLoadHere(request, task)
    : inThread<Awaited<ReturnType<ReadLoadFile>>>(importWorkerFile, request, {
        doing: `Reading ${request.name}`,
        task,
      });

async function sizeOf(request: ForeignRequest): Promise<number> {
  const files = request.kind === 'file' ? [request.file] : Object.values(request.files);
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes;
}
