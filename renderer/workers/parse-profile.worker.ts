/** Parses one profile file away from the window's thread. */
import { AppError, toAppError } from '../../main/errors';
import { parseCpuProfile } from '../../profiles/formats/cpuprofile';
import { parseHeapProfile } from '../../profiles/formats/heapprofile';
import { ProfileFormatError } from '../../profiles/errors';
import { transferablesOf, type ParseAnswer, type ParseRequest } from './parse-profile';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<ParseRequest>) => {
  const { kind, bytes, originUs, fileName } = data;
  try {
    const profile =
      kind === 'cpu' ? parseCpuProfile(bytes, { originUs, fileName }) : parseHeapProfile(bytes, { fileName });
    scope.postMessage({ ok: true, profile } satisfies ParseAnswer, transferablesOf(profile));
  } catch (thrown) {
    const error =
      thrown instanceof ProfileFormatError
        ? new AppError(thrown.code, thrown.message, { hint: thrown.hint })
        : toAppError(thrown, `reading ${fileName}`);
    scope.postMessage({ ok: false, error: error.toJSON() } satisfies ParseAnswer);
  }
};
