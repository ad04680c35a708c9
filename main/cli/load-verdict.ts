/** What a load's result means for who waits for it: exit code, and the sentence when it says nothing about the server. */
import type { LoadResult } from '../api';
import { AppError } from '../errors';
import { exitCodes } from './terminal';

export interface LoadVerdict {
  exitCode: number;
  /** The load was made and came to nothing. */
  error?: AppError;
}

/** A broken threshold is the answer that was asked for; a load of which nothing was answered is none. */
export function verdictOf(result: LoadResult): LoadVerdict {
  const error = nothingAnswered(result);
  const isBroken = (result.thresholds ?? []).some(({ ok }) => !ok);
  const exitCode = isBroken ? exitCodes.thresholdBroken : error ? exitCodes.failed : exitCodes.ok;
  return { exitCode, ...(error && { error }) };
}

function nothingAnswered(result: LoadResult): AppError | undefined {
  const { totals, cancelled, setUpFailures = {}, countedFromUs, endedUs } = result;
  if (totals.requests > 0) return undefined;
  const failed = totals.errors + totals.timeouts;
  if (failed > 0)
    return new AppError('LOAD_FAILED', `Not one request was answered: ${listed(totals.errorKinds ?? {})}.`, {
      hint: hintOf(totals.errorKinds ?? {}),
    });
  if (Object.keys(setUpFailures).length > 0)
    return new AppError('LOAD_FAILED', `No user got past the set-up: ${listed(setUpFailures)}.`, {
      hint: 'What the set-up asks for must be answered as it expects before anything is counted.',
    });
  if (cancelled) return undefined;
  if (countedFromUs !== undefined && endedUs <= countedFromUs)
    return new AppError('LOAD_FAILED', 'Nothing was counted: the load ended within its warm-up.', {
      hint: 'Make the load longer than its warm-up.',
    });
  return new AppError('LOAD_FAILED', 'Not one request was answered before the load ended.', {
    hint: 'Make the load longer than the server takes to answer.',
  });
}

/** What OpenSSL has against a certificate, by its codes. */
const certificateKind = /CERT|SELF_SIGNED|ALTNAME/;

function hintOf(errorKinds: Record<string, number>): string {
  const kinds = Object.keys(errorKinds);
  if (kinds.some((kind) => certificateKind.test(kind)))
    return 'Nobody that is known here vouches for the certificate. To accept it all the same, put connection: { insecureTls: true } into the scenario.';
  if (kinds.some((kind) => kind.startsWith('EPROTO') || kind === 'ERR_SSL_WRONG_VERSION_NUMBER'))
    return 'Does the server speak TLS at this address? Perhaps it is http:// instead of https://.';
  return 'Is the server running, and is the address right?';
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} (${count.toLocaleString('en')})`)
    .join(', ');
}
