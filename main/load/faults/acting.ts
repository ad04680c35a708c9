/** What a kind of fault is to whoever schedules faults. */

/** `over`: the run ends, so that nothing is to be put back that would only end again. */
export type EndReason = 'time' | 'asked' | 'over';

/** A fault that acts. */
export interface Acting {
  /** How it is done, where there is more than one way. */
  readonly means?: string;
  /** It acts, but not as asked. */
  readonly problem?: string;
  /** Undoes it; resolves when nothing of it is left, with what is to be added to `means` or told as `problem`. Never rejects. */
  end(reason: EndReason): Promise<{ means?: string; problem?: string } | undefined | void>;
}
