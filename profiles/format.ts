/**
 * How every number is written, in the user interface, the report and the command line: at most three
 * significant digits (counts and rates keep all digits left of the point), always with its unit, thousands
 * separated by commas, and a narrow no-break space before the unit. The `exact…` variants are for tooltips.
 */

/** U+202F: keeps number and unit together and apart by a thin gap. */
export const thinSpace = '\u202F';
/** What stands where there is no value. */
export const noValue = '–';
const minus = '−';

/** Digits with thousands separators; the value is rounded to `decimals` and trailing zeros are dropped. */
function digits(value: number, decimals: number): string {
  const fixed = Math.abs(value).toFixed(decimals);
  const [whole = '0', fraction = ''] = fixed.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const kept = fraction.replace(/0+$/, '');
  const text = kept === '' ? grouped : `${grouped}.${kept}`;
  return value < 0 && /[1-9]/.test(text) ? minus + text : text;
}

/** Decimals that leave three significant digits for a value of at least 0.01. */
function threeDigits(value: number): string {
  const size = Math.abs(value);
  // The bounds are where rounding would carry into another digit: 9.996 is "10", not "10.00".
  return digits(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

const withUnit = (text: string, unit: string) => `${text}${thinSpace}${unit}`;

/** A plain number: counts exactly (`42,118`), others to three significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return noValue;
  return Number.isInteger(value) ? digits(value, 0) : threeDigits(value);
}

/** A duration in µs: `412 µs`, `38.2 ms`, `1.24 s`, `2 min 5 s`, `1 h 12 min`. */
export function formatDurationUs(durationUs: number): string {
  if (!Number.isFinite(durationUs)) return noValue;
  const size = Math.abs(durationUs);
  const sign = durationUs < 0 ? minus : '';
  if (size === 0) return withUnit('0', 'ms');
  if (size < 1) return withUnit(sign + threeDigits(size * 1000), 'ns');
  if (size < 999.5) return withUnit(sign + threeDigits(size), 'µs');
  if (size < 999_500) return withUnit(sign + threeDigits(size / 1000), 'ms');
  if (size < 59_950_000) return withUnit(sign + threeDigits(size / 1_000_000), 's');
  const seconds = Math.round(size / 1_000_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return sign + compound(minutes, 'min', seconds % 60, 's');
  const wholeMinutes = Math.round(size / 60_000_000);
  return sign + compound(Math.floor(wholeMinutes / 60), 'h', wholeMinutes % 60, 'min');
}

function compound(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const first = withUnit(digits(large, 0), largeUnit);
  return small === 0 ? first : `${first}${thinSpace}${withUnit(String(small), smallUnit)}`;
}

/** A duration in ms; see `formatDurationUs`. */
export function formatDurationMs(durationMs: number): string {
  return formatDurationUs(durationMs * 1000);
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size in bytes with decimal units (1 kB = 1000 B): `182 MB`. */
export function formatBytes(sizeBytes: number): string {
  if (!Number.isFinite(sizeBytes)) return noValue;
  let value = Math.abs(sizeBytes);
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  const sign = sizeBytes < 0 ? minus : '';
  return withUnit(sign + (unit === 0 ? digits(value, 0) : threeDigits(value)), byteUnits[unit] ?? 'B');
}

/** A share, 0..1, in percent: `18.2 %`, `<0.01 %`. */
export function formatPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return noValue;
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.005) return withUnit('<0.01', '%');
  return withUnit(threeDigits(percent), '%');
}

/** Events per second: `4,812 /s`, `3.5 /s`. */
export function formatRate(ratePerSecond: number): string {
  if (!Number.isFinite(ratePerSecond)) return noValue;
  return withUnit(threeDigits(ratePerSecond), '/s');
}

/**
 * An instant in µs since the run's start: `12.4 s`, `1:02.4`, `1:00:02`. `stepUs` (the distance of an axis'
 * ticks) decides the number of decimals, so that neighbouring ticks differ.
 */
export function formatTime(timeUs: number, stepUs?: number): string {
  if (!Number.isFinite(timeUs)) return noValue;
  const decimals =
    stepUs === undefined ? undefined : Math.min(6, Math.max(0, Math.ceil(6 - Math.log10(stepUs) - 1e-9)));
  const sign = timeUs < 0 ? minus : '';
  const seconds = Math.abs(timeUs) / 1_000_000;
  if (seconds < 60) {
    const text = decimals === undefined ? threeDigits(seconds) : seconds.toFixed(decimals);
    return withUnit(sign + text, 's');
  }
  const shown = decimals ?? (seconds < 3600 ? 1 : 0);
  const rounded = Number(seconds.toFixed(shown));
  const hours = Math.floor(rounded / 3600);
  const minutes = Math.floor((rounded % 3600) / 60);
  const rest = (rounded % 60).toFixed(shown).padStart(shown === 0 ? 2 : shown + 3, '0');
  return hours > 0
    ? `${sign}${hours}:${String(minutes).padStart(2, '0')}:${rest}`
    : `${sign}${minutes}:${rest}`;
}

/** A range of instants, µs since the run's start: `12.4–13.1 s`. */
export function formatTimeRange(startUs: number, endUs: number): string {
  // Two digits more than the length of the range needs, so that both ends tell apart.
  const stepUs = 10 ** Math.floor(Math.log10(Math.max(1000, endUs - startUs)) - 1);
  const start = formatTime(startUs, Math.min(stepUs, 1_000_000));
  const end = formatTime(endUs, Math.min(stepUs, 1_000_000));
  const unit = `${thinSpace}s`;
  return start.endsWith(unit) && end.endsWith(unit)
    ? `${start.slice(0, -unit.length)}–${end}`
    : `${start} – ${end}`;
}

/** A relative change, (b − a) / a, with its sign: `+12.3 %`, `−4 %`, `×12.5` from tenfold up; null has no change. */
export function formatChange(change: number | null): string {
  if (change === null || !Number.isFinite(change)) return noValue;
  if (change >= 9) return `×${threeDigits(change + 1)}`;
  const text = formatPercent(Math.abs(change));
  if (/^0\s/.test(text)) return withUnit('±0', '%');
  return (change > 0 ? '+' : minus) + text;
}

/** All digits of a duration: `1,240,512 µs`. */
export function exactDurationUs(durationUs: number): string {
  return Number.isFinite(durationUs)
    ? withUnit(digits(durationUs, durationUs < 1000 ? 3 : 0), 'µs')
    : noValue;
}

/** All digits of a size: `182,345,678 B`. */
export function exactBytes(sizeBytes: number): string {
  return Number.isFinite(sizeBytes) ? withUnit(digits(sizeBytes, 0), 'B') : noValue;
}

/** Six decimals at most. */
export function exactNumber(value: number): string {
  return Number.isFinite(value) ? digits(value, 6) : noValue;
}

/** The unit of a measured series (see `metrics` of the API) or of a profile. */
export type FormatUnit = 'microseconds' | 'bytes' | 'ms' | 'percent' | 'ratio' | 'count' | 'perSecond';

/** A value in the given unit. */
export function formatValue(value: number, unit: FormatUnit): string {
  switch (unit) {
    case 'microseconds':
      return formatDurationUs(value);
    case 'ms':
      return formatDurationMs(value);
    case 'bytes':
      return formatBytes(value);
    case 'percent':
      return formatPercent(value / 100);
    case 'ratio':
      return formatPercent(value);
    case 'perSecond':
      return formatRate(value);
    case 'count':
      return formatNumber(value);
  }
}

/** All digits of a value in the given unit, for tooltips. */
export function exactValue(value: number, unit: FormatUnit): string {
  switch (unit) {
    case 'microseconds':
      return exactDurationUs(value);
    case 'ms':
      return Number.isFinite(value) ? withUnit(exactNumber(value), 'ms') : noValue;
    case 'bytes':
      return exactBytes(value);
    case 'percent':
      return Number.isFinite(value) ? withUnit(exactNumber(value), '%') : noValue;
    case 'ratio':
      return Number.isFinite(value) ? withUnit(exactNumber(value * 100), '%') : noValue;
    case 'perSecond':
      return Number.isFinite(value) ? withUnit(exactNumber(value), '/s') : noValue;
    case 'count':
      return exactNumber(value);
  }
}
