/**
 * `npm run calibrate -- NAME [--quick] [--runs N] [--jobs N] [--only CASE,…]`: are the verdicts right? One JSON line per case
 * and a last one with the totals on stdout, a table for people on stderr; exits 1 when a verdict was wrong.
 */
import { calibrateCancel } from './calibrate-cancel';
import { calibrateFaults } from './calibrate-faults';
import { calibrateLeaks } from './calibrate-leaks';
import { note } from './print';

export interface CalibrationOptions {
  quick: boolean;
  /** How often each case is run. */
  runs: number;
  /** At the same time. */
  jobs: number;
  /** Only these cases; empty: all. */
  only: string[];
}

const calibrations: Record<string, (options: CalibrationOptions) => Promise<boolean>> = {
  leaks: calibrateLeaks,
  faults: calibrateFaults,
  cancel: calibrateCancel,
};

const args = process.argv.slice(2);
const valueOf = (flag: string): string | undefined => {
  const at = args.indexOf(flag);
  return at >= 0 ? args[at + 1] : undefined;
};
const quick = args.includes('--quick');
const options: CalibrationOptions = {
  quick,
  runs: Number(valueOf('--runs') ?? (quick ? 1 : 3)),
  jobs: Number(valueOf('--jobs') ?? 1),
  only: valueOf('--only')?.split(',') ?? [],
};
const values = new Set(['--runs', '--jobs', '--only'].map(valueOf));
const named = args.filter((arg) => !arg.startsWith('--') && !values.has(arg));
const unknown = named.find((name) => !(name in calibrations));
if (unknown !== undefined || !(options.runs >= 1) || !(options.jobs >= 1)) {
  note(
    `There is no calibration "${unknown ?? args.join(' ')}". The calibrations are: ${Object.keys(calibrations).join(', ')}.`,
  );
  process.exit(2);
}
let ok = true;
for (const name of named.length > 0 ? named : Object.keys(calibrations))
  ok = (await calibrations[name]!(options)) && ok;
process.exit(ok ? 0 : 1);
