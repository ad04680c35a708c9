'use strict';
/*
 * Heap used before and after each garbage collection, from `v8.GCProfiler` (Node 18.15 and newer), which measures inside
 * V8's callbacks around a collection and so is exact. It tells no times: they come from the `gc` performance entries,
 * which arrive on the event loop a little later, in the same order. What does not fit together is left out.
 *
 * Measured (Node 20.20, `npm run bench -- overhead-gc` and loops of `gc({ type: 'minor' })`, a busy machine of two cores): 70 to 90 µs
 * of CPU time per collection, and 30 µs to parse what it wrote. On all the time, a loop with 1,000 to 2,000 collections a second
 * took 9 to 29 % more CPU time per operation; Node's own `gc` entries alone, which counting needs, 3 to 5 %. In windows as here
 * the loop took 1 to 12 % more in three measurements (16 to 40 pairs), entries included: more than the half percent that is
 * aimed at cannot be told from them, but neither excluded, as half of all pairs differed by 10 % and more from the others.
 * So it runs in windows that end after a few collections, and after each waits until what it cost is half a percent of the
 * time. A program with few collections is in one window after the other, without a gap.
 */
const shareOfTime = 0.005;
/** A window's JSON is parsed at once, about 30 µs per collection: that must not become a visible stall. */
const mostPerWindow = 24;
/** Of one collection until it has been measured, µs: noting it down, writing and parsing its JSON. */
const usualCostUs = 110;
/** Nobody collects the entries of a loop that does not turn. */
const mostKept = 100_000;
/** Between the two measurements lies the collection; what is longer is a thread that lost its core there. */
const longestCostUs = 200;
/** Nothing is paid back for longer: a machine that stood still must not end the measuring. */
const longestWaitMs = 120_000;

/** Without `GCProfiler`, null. `nowMs` is on the clock of the performance entries. */
exports.createGcBytes = function createGcBytes(GCProfiler, nowMs) {
  if (typeof GCProfiler !== 'function') return null;

  let profiler = null;
  let openedMs = 0;
  /** Opened for one full collection only. */
  let forMajor = false;
  let seenInWindow = 0;
  /** The window is open without a gap since `begin`. */
  let whole = false;
  /** No window before this, by what earlier ones cost. */
  let freeMs = 0;
  /** Closed windows whose entries have not all arrived: `{ fromMs, toMs, records, at, broken }`. */
  let windows = [];
  let kept = 0;

  function open(onlyMajor) {
    if (profiler) return;
    const next = new GCProfiler();
    openedMs = nowMs();
    next.start();
    profiler = next;
    forMajor = onlyMajor;
    seenInWindow = 0;
  }

  function close() {
    if (!profiler) return;
    const ended = profiler;
    profiler = null;
    whole = false;
    const toMs = nowMs();
    const statistics = ended.stop().statistics;
    const records = statistics.map(recordOf);
    const parsedMs = nowMs() - toMs;
    if (kept < mostKept) {
      windows.push({ fromMs: openedMs, toMs, records, at: 0, broken: false, costUs: 0 });
      kept += records.length;
    }
    // What more it cost inside V8 is added when the entries say it.
    pay(Math.max(parsedMs * 1000, (records.length * usualCostUs) / 3) + (records.length * usualCostUs) / 3);
  }

  function pay(costUs) {
    const now = nowMs();
    // No more than a second is saved up.
    freeMs = Math.min(now + longestWaitMs, Math.max(freeMs, now - 1000) + costUs / 1000 / shareOfTime);
  }

  /** Bytes and exact duration for an entry, or null. Entries come in order. */
  function match(startMs, durationUs, kind) {
    while (windows.length > 0 && windows[0].toMs < startMs) {
      kept -= windows[0].records.length;
      windows.shift();
    }
    const window = windows[0];
    if (!window || window.broken || startMs < window.fromMs) return null;
    const record = window.records[window.at];
    // The entry's time includes the first of the profiler's two measurements, so it is the longer one.
    if (!record || record.kind !== kind || record.durationUs > durationUs + 50) {
      window.broken = true;
      return null;
    }
    window.at++;
    const measuredUs = 2 * Math.min(longestCostUs, Math.max(0, durationUs - record.durationUs));
    pay(Math.max(0, measuredUs - usualCostUs / 3));
    return record;
  }

  return {
    /** A new interval begins: a window over all of it, when there is time for it. */
    begin() {
      if (nowMs() >= freeMs) open(false);
      whole = profiler !== null;
    },
    /** The interval ends. Returns whether all its collections were measured. */
    end() {
      const wasWhole = whole;
      close();
      return wasWhole;
    },
    match,
    /** An entry has arrived. */
    saw(kind) {
      seenInWindow++;
      if (profiler) {
        if (seenInWindow >= mostPerWindow || (forMajor && kind === 'major')) close();
      } else if (kind === 'incremental' && nowMs() >= freeMs) open(true);
    },
    /** The loop has not turned for long: what is there is taken out, so that it does not pile up in V8. */
    turn() {
      if (!profiler) return;
      const onlyMajor = forMajor;
      const wasWhole = whole;
      close();
      if (nowMs() < freeMs || kept >= mostKept) return;
      open(onlyMajor);
      whole = wasWhole;
    },
    stop() {
      if (profiler) profiler.stop();
      profiler = null;
      windows = [];
      kept = 0;
    },
  };
};

const kindOf = {
  Scavenge: 'minor',
  MinorMarkCompact: 'minor',
  MinorMarkSweep: 'minor',
  MarkSweepCompact: 'major',
  IncrementalMarking: 'incremental',
  ProcessWeakCallbacks: 'weakcb',
};

function recordOf(statistic) {
  return {
    kind: kindOf[statistic.gcType] || 'major',
    /** Of the collection alone. */
    durationUs: statistic.cost,
    beforeBytes: statistic.beforeGC.heapStatistics.usedHeapSize,
    afterBytes: statistic.afterGC.heapStatistics.usedHeapSize,
  };
}
