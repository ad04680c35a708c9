/** Asks the engine where the recorded code comes from, and tells the explorer. */
import type { Client } from '../../main/api';
import { toAppError } from '../../main/errors';
import type { RecordingModel } from './recording';

/**
 * Once per call; does nothing where no source map knows anything. What goes wrong is a problem of the recording: it is shown
 * as it ran then.
 */
export async function applySourceMaps(client: Client, model: RecordingModel): Promise<void> {
  await model.explorer.answered;
  try {
    const sources = await client.call('sources.list', { id: model.id });
    if (!sources.some(({ originals }) => originals.length > 0)) return;
    const { urls, positions } = await model.explorer.positions();
    if (positions.length === 0) return;
    const answer = await client.call('sources.resolve', { id: model.id, urls, positions });
    if (!answer.url.some((url) => url !== -1)) return;
    model.explorer.setMapping(answer);
    model.touch('cpu');
    model.touch('allocations');
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'CANCELLED' || model.explorer.ended) return;
    const problem = `Source maps: ${error.message}`;
    if (!model.problems.includes(problem)) model.problems.push(problem);
    model.touch('state');
  }
}
