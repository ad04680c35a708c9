/** Faults against scripted truth: what the proxy adds and takes, and the time to recover that a run reports. */
import type { CalibrationOptions } from './calibrate';
import { isRight, type Check } from './faults/checks';
import { checkNetwork } from './faults/network';
import { checkRecovery } from './faults/recovery';
import { note } from './print';

const parts: Record<string, (quick: boolean) => Promise<Check[]>> = {
  network: checkNetwork,
  recovery: checkRecovery,
};

/** Prints a JSON line per number; true when all were within their tolerance, in every run. */
export async function calibrateFaults(options: CalibrationOptions): Promise<boolean> {
  let wrong = 0;
  let all = 0;
  for (let run = 1; run <= options.runs; run++)
    for (const [part, check] of Object.entries(parts)) {
      if (options.only.length > 0 && !options.only.includes(part)) continue;
      for (const each of await check(options.quick)) {
        const ok = isRight(each);
        all++;
        if (!ok) wrong++;
        tell({ ...each, run, ok });
      }
    }
  note(`faults: ${all - wrong} of ${all} numbers within their tolerance`);
  return all > 0 && wrong === 0;
}

function tell({
  what,
  unit,
  truth,
  measured,
  tolerance,
  run,
  ok,
}: Check & { run: number; ok: boolean }): void {
  const rounded = (value: number): number => Number(value.toPrecision(5));
  process.stdout.write(
    `${JSON.stringify({
      calibration: 'faults',
      what,
      unit,
      truth: rounded(truth),
      measured: rounded(measured),
      tolerance: rounded(tolerance),
      run,
      ok,
    })}\n`,
  );
  note(
    `${ok ? ' ' : '!'} ${what}: ${rounded(measured)} ${unit}, planned ${rounded(truth)} ± ${rounded(tolerance)}`,
  );
}
