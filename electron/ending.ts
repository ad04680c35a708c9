/** Ending is bounded in time: a disk or a target that hangs must not keep the app for ever. */
import { AppError } from '../main/errors';

/**
 * Stopping a target and saving its session take a few seconds, on a busy machine several times that: a load, collectors and
 * a target that do not answer are each waited for (main/run/run.ts). After this something hangs.
 */
export const endWithinMs = 60_000;

/**
 * The work's result, or a rejection when it takes longer.
 * @throws AppError INTERNAL when the time is over
 */
export async function within<T>(work: Promise<T>, limitMs = endWithinMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new AppError('INTERNAL', `Saving has not ended in ${Math.round(limitMs / 1000)} seconds.`, {
            hint: 'Scorchmark ends now. What was recorded so far is completed at its next start.',
          }),
        ),
      limitMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
