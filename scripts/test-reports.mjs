// What the JSON reports of Vitest and Playwright say of failures.
import path from 'node:path';

/** Files that did not even load, or broke outside of any test: they have failed, but have no failed test. */
function brokenFiles(unit) {
  return (unit?.testResults ?? []).filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
}

/** Tests by outcome, over both; a report that is missing counts nothing. */
export function countOf({ unit, whole }) {
  return {
    passed: (unit?.numPassedTests ?? 0) + (whole?.stats.expected ?? 0),
    failed:
      (unit?.numFailedTests ?? 0) +
      brokenFiles(unit).length +
      (whole ? whole.stats.unexpected + whole.stats.flaky : 0),
    skipped: (unit?.numPendingTests ?? 0) + (whole?.stats.skipped ?? 0),
  };
}

/** A line for each failed test: its file, its name, and the first line of what is wrong. */
export function failuresOf({ unit, whole }, root) {
  const lines = [];
  for (const { name, assertionResults } of unit?.testResults ?? [])
    for (const test of assertionResults)
      if (test.status === 'failed')
        lines.push(lineOf(path.relative(root, name), test.fullName, test.failureMessages?.[0]));
  for (const { name, message } of brokenFiles(unit))
    lines.push(lineOf(path.relative(root, name), 'the whole file', message));
  for (const error of whole?.errors ?? []) lines.push(lineOf('e2e', 'outside of any test', error.message));
  const open = (whole?.suites ?? []).map((suite) => ({ suite, titles: [] }));
  for (let next = open.shift(); next; next = open.shift()) {
    const { suite, titles } = next;
    for (const inner of suite.suites ?? []) open.push({ suite: inner, titles: [...titles, inner.title] });
    for (const spec of suite.specs ?? [])
      for (const test of spec.tests)
        if (test.status === 'unexpected' || test.status === 'flaky')
          lines.push(
            lineOf(
              path.join('e2e', spec.file),
              `[${test.projectName}] ${[...titles, spec.title].join(' ')}`,
              test.results.map(({ error }) => error?.message).find(Boolean),
            ),
          );
  }
  return lines;
}

/** Vitest has no words for a test that took too long, only an error that stands for it. */
function lineOf(file, name, message) {
  // eslint-disable-next-line no-control-regex -- Colours are escape sequences.
  const plain = String(message ?? '').replace(/\u001b\[[0-9;]*m/g, '');
  if (plain.includes('STACK_TRACE_ERROR')) return `${file}: ${name} — it took longer than its limit`;
  const first = plain.split('\n').find((line) => line.trim() !== '') ?? '';
  return `${file}: ${name}${first === '' ? '' : ` — ${first.trim().slice(0, 160)}`}`;
}
