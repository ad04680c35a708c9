'use strict';
/*
 * Event-loop delay and utilisation, garbage collections and the memory of the heap and outside, measured inside the isolate and sent
 * with `agent.report('runtime', …)`. Nothing runs before the workbench calls `agent.runtime.start`, and nothing here
 * keeps the program alive. All times sent are µs on the host's monotonic clock.
 */
exports.install = function install(agent) {
  const perfHooks = require('perf_hooks');
  const timers = require('timers');
  const v8 = require('v8');
  const { createGcBytes } = require('./gc-bytes.cjs');
  // The program may replace these later (fake timers in tests, for example).
  const performance = perfHooks.performance;
  const readHrtime = process.hrtime;
  const memoryUsage = process.memoryUsage;
  const getHeapStatistics = v8.getHeapStatistics;
  const getHeapSpaceStatistics = v8.getHeapSpaceStatistics;
  const setInterval = timers.setInterval;
  const clearInterval = timers.clearInterval;

  /** Period of our own timer and of the histogram's, ms: how exactly the beginning of a block is known. */
  const beatMs = 10;
  const beatUs = beatMs * 1000;
  const blockUs = 50 * 1000;
  const eventsPerSecond = 200;
  /** What was due during a pause of ours is made up for just after it: not the program's delay either. */
  const echoUs = 100 * 1000;
  /** One as a full collection is told, and some beats after: freeing takes a few ms. */
  const settleReadings = 4;
  /** A full collection so soon after another is a second attempt of V8's. */
  const directlyAfterUs = 2000;
  const kinds = gcKinds(perfHooks.constants || {});
  const nowMs = () => performance.now();
  const gcBytes = createGcBytes(v8.GCProfiler, nowMs);

  const nowUs = () => {
    const [seconds, nanoseconds] = readHrtime.call(process);
    return seconds * 1e6 + nanoseconds / 1e3;
  };
  /** `performance` times of this isolate, in ms since its own origin, to the monotonic clock. */
  const performanceOriginUs = readPerformanceOriginUs();

  /** Both clocks at one moment: on a busy machine the thread may stand still between the readings, so the closest of some. */
  function readPerformanceOriginUs() {
    let originUs = 0;
    let closestUs = Infinity;
    for (let reading = 0; reading < 10; reading++) {
      const beforeUs = nowUs();
      const ms = performance.now();
      const afterUs = nowUs();
      if (afterUs - beforeUs >= closestUs) continue;
      closestUs = afterUs - beforeUs;
      originUs = (beforeUs + afterUs) / 2 - ms * 1000;
    }
    return originUs;
  }

  let timer = null;
  let isReleased = false;
  let histogram = null;
  let observer = null;
  let intervalUs = 250 * 1000;
  /** CPU samples are taken: their signals make libuv forget most of the time it waited. */
  let sampled = false;
  let loopHasTurned = false;
  let lastBeatUs = 0;
  let idleAtBeatMs = 0;
  let lastReportUs = 0;
  let idleAtReportMs = 0;
  let reportDueUs = 0;
  let maxLateUs = 0;
  let blocks = [];
  let collections = [];
  let sums = {};
  let floors = [];
  /** The newest of them that is the heap's. */
  let lastFloor = null;
  /** Full collections that the workbench asked for, each `{ startMs, endMs, rounds }` on the clock of the entries. */
  let forcedSpans = [];
  /** The last full collection's floor while what is outside of the heap is still being freed. */
  let settling = null;
  /** The workbench has stopped the program itself: when, and whether it did since the last beat and the last report. */
  let pauseStartUs = 0;
  let pausedSinceBeat = false;
  let pausedSinceReport = false;
  /** When the last one ended that was long enough to be felt, and how long those since the last report took. */
  let pauseEndUs = 0;
  let pauseLengthUs = 0;
  let pausedUs = 0;

  /** Before and after something of the workbench's that stops the program: it is not the program's delay. */
  function pauseBegins() {
    // After the program's end nothing is delayed.
    pauseStartUs = timer ? nowUs() : 0;
    return { attachedUptimeMs: agent.isAttached ? process.uptime() * 1000 : -1 };
  }

  function pauseEnds() {
    if (!pauseStartUs) return null;
    const now = nowUs();
    const startUs = pauseStartUs;
    pauseStartUs = 0;
    lastBeatUs = Math.min(now, lastBeatUs + now - Math.max(startUs, lastBeatUs));
    pausedSinceBeat = pausedSinceReport = true;
    pausedUs += now - startUs;
    if (now - startUs >= blockUs) {
      pauseEndUs = now;
      pauseLengthUs = now - startUs;
    }
    return { startUs: startUs, durationUs: now - startUs };
  }

  function start(options) {
    stop();
    intervalUs = options.intervalMs * 1000;
    sampled = options.sampled === true;
    loopHasTurned = performance.nodeTiming.loopStart >= 0;
    histogram = perfHooks.monitorEventLoopDelay({ resolution: beatMs });
    histogram.enable();
    observer = new perfHooks.PerformanceObserver((list) => quietly(() => collectedAll(list.getEntries())));
    observer.observe({ entryTypes: ['gc'] });
    begin();
    timer = setInterval(() => quietly(beat), beatMs);
    timer.unref();
    return true;
  }

  /** From here on time counts: while the workbench holds the program before its first line, nothing is late. */
  function begin() {
    lastBeatUs = lastReportUs = nowUs();
    idleAtBeatMs = idleAtReportMs = idleMs();
    reportDueUs = lastBeatUs + intervalUs;
    maxLateUs = 0;
    blocks = [];
  }

  function stop() {
    if (timer) clearInterval(timer);
    if (histogram) histogram.disable();
    if (observer) observer.disconnect();
    timer = histogram = observer = null;
    if (gcBytes) gcBytes.stop();
    collections = [];
    sums = {};
    floors = [];
    forcedSpans = [];
    settling = null;
  }

  function beat() {
    if (settling) settle();
    const now = nowUs();
    const lateUs = now - lastBeatUs - beatUs;
    noteLate(lateUs);
    const wasBlocked = noteBlock(now, lateUs) || pausedSinceBeat;
    pausedSinceBeat = false;
    loopHasTurned = true;
    lastBeatUs = now;
    idleAtBeatMs = idleMs();
    // The histogram's timer may be due just after ours: one more beat, and the delay is in the report it belongs to.
    if (now >= reportDueUs && !wasBlocked) {
      report(now);
      reportDueUs += intervalUs;
      if (reportDueUs <= now) reportDueUs = now + intervalUs;
    }
  }

  /** What takes longer than the pause did is not made up for, but the program's own. */
  function isEcho(durationUs) {
    return lastBeatUs < pauseEndUs + echoUs && durationUs <= pauseLengthUs;
  }

  function noteLate(lateUs) {
    if (isEcho(lateUs)) pausedSinceReport = true;
    else if (lateUs > maxLateUs) maxLateUs = lateUs;
  }

  /**
   * A timer can only say when the loop came back. When it got stuck follows from the time the loop spent waiting
   * for events since the last beat: what is left is one busy stretch, and it ends now. (While CPU samples are taken
   * that time is too short, and the beginning exact to one beat only.)
   */
  function noteBlock(now, lateUs) {
    const sinceBeatUs = now - lastBeatUs;
    const busyUs = sinceBeatUs - (idleMs() - idleAtBeatMs) * 1000;
    const durationUs = Math.max(lateUs, Math.min(busyUs, sinceBeatUs));
    if (lateUs < blockUs - beatUs || durationUs < blockUs) return false;
    blocks.push({
      tUs: now - durationUs,
      durationUs,
      startUp: !loopHasTurned,
      afterPause: isEcho(durationUs),
    });
    return true;
  }

  /** They arrive together when the loop turns, often late. */
  function collectedAll(entries) {
    for (let i = 0; i < entries.length; i++) collected(entries[i]);
    // Only the last one can have left the heap as it is now.
    const last = collections[collections.length - 1];
    if (last && last.kind === 'major' && !isForced(last)) {
      last.readMs = nowMs();
      last.oldBytes = usedInSpaces(getHeapSpaceStatistics.call(v8)).oldBytes;
    }
  }

  function collected(entry) {
    const detail = entry.detail || entry;
    const kind = kinds[detail.kind] || 'major';
    const startMs = entry.startTime;
    const durationUs = entry.duration * 1000;
    const endMs = startMs + entry.duration;
    const tUs = performanceOriginUs + startMs * 1000;
    const collection = { tUs, durationUs, kind, startMs, endMs, flags: detail.flags, ours: false };
    collections.push(collection);
    if (kind === 'major' && isForced(collection)) {
      // Its floor has been read already.
      if (settling) endSettling();
    } else if (kind === 'major') {
      // One full collection after the other, as when they are forced: only the last one's floor counts.
      if (settling && settling.readings > 1) endSettling();
      settling = { endMs, bytes: Infinity, readings: 0 };
    } else if (settling) endSettling();
    if (settling) settle();
    if (gcBytes) gcBytes.saw(kind);
  }

  /**
   * Array buffers that a full collection found dead are freed by another thread just after it, and V8 takes them off its
   * account of external memory when that is done and the next array buffer is made. So the lowest of a few readings
   * right after a full collection is nearest to the floor: what the program allocates meanwhile only adds.
   */
  function settle() {
    new ArrayBuffer(8);
    settling.bytes = Math.min(settling.bytes, memoryUsage.call(process).external);
    if (++settling.readings === settleReadings) endSettling();
  }

  function endSettling() {
    const { endMs, bytes } = settling;
    settling = null;
    floors.push({ tUs: performanceOriginUs + endMs * 1000, externalBytes: bytes });
  }

  /** While one was awaited that the workbench asked for: nearly always that one. `takeForced` knows better. */
  function isForced({ startMs, endMs }) {
    return forcedSpans.some((span) => startMs >= span.startMs && endMs <= span.endMs);
  }

  /** The workbench's own full collection is over; its entries come later. See forced-gc.cjs. */
  function forced({ startUs, endUs, rounds, heapBytes, externalBytes }) {
    if (!timer) return;
    const toMs = (us) => (us - performanceOriginUs) / 1000;
    // One that is over for long has been told.
    if (forcedSpans.length > 4) forcedSpans.shift();
    forcedSpans.push({ startMs: toMs(startUs), endMs: toMs(endUs), rounds: rounds || Infinity });
    floors.push({ tUs: endUs, heapBytes, externalBytes });
  }

  /**
   * Of those between asking and the answer, the last so many are ours: V8's rounds follow one another without anything between.
   * The program's own before them have other flags (forced by `gc()`: 4; of V8's own accord: 64; ours: 0, or 16 in Node 26).
   */
  function takeForced() {
    for (const span of forcedSpans) {
      let flags;
      for (let at = collections.length - 1; at >= 0 && span.rounds > 0; at--) {
        const collection = collections[at];
        if (collection.startMs < span.startMs) break;
        if (collection.endMs > span.endMs || collection.kind !== 'major') continue;
        if (flags !== undefined && collection.flags !== flags) break;
        flags = collection.flags;
        collection.ours = true;
        span.rounds--;
      }
    }
  }

  /** Sums up what has arrived since the last report. Returns whether all of it was measured before and after. */
  function takeCollections() {
    let allMeasured = gcBytes !== null && gcBytes.end();
    takeForced();
    for (let at = 0; at < collections.length; at++) {
      const collection = collections[at];
      const { kind, startMs } = collection;
      const measured = gcBytes && gcBytes.match(startMs, collection.durationUs, kind);
      if (measured) {
        // The entry's own duration includes some of the measuring.
        collection.durationUs = measured.durationUs;
        collection.beforeBytes = measured.beforeBytes;
        collection.afterBytes = measured.afterBytes;
        if (kind === 'major' && !collection.ours) noteHeapFloor(collection, measured.afterBytes);
      } else {
        allMeasured = false;
        const next = collections[at + 1];
        if (collection.oldBytes !== undefined && !(next && next.startMs < collection.readMs))
          noteHeapFloor(collection, collection.oldBytes);
      }
      const sum = sums[kind] || (sums[kind] = { count: 0, pauseUs: 0, freedBytes: 0, measured: 0 });
      sum.count++;
      sum.pauseUs += collection.durationUs;
      if (!measured) continue;
      sum.measured++;
      sum.freedBytes += Math.max(0, measured.beforeBytes - measured.afterBytes);
    }
    return allMeasured;
  }

  /**
   * Measured within V8; or else as the old spaces were when the loop next turned, if no other collection came between: a full
   * collection leaves the new space empty (tried with Node 18 to 26), so what is there by then is newer. What the program
   * put into the old spaces meanwhile is in it, and in Node 18 and 20 up to 0.3 MB of a page that V8 has begun to fill.
   */
  function noteHeapFloor({ tUs, durationUs }, afterBytes) {
    if (lastFloor && tUs - lastFloor.tUs < directlyAfterUs) floors.splice(floors.indexOf(lastFloor), 1);
    lastFloor = { tUs: tUs + durationUs, heapBytes: afterBytes };
    floors.push(lastFloor);
  }

  function report(now) {
    const elapsedUs = now - lastReportUs;
    if (!histogram || elapsedUs <= 0) return;
    const idle = idleMs();
    const memory = memoryUsage.call(process);
    const allMeasured = takeCollections();
    const maxLateMs = Math.max(0, maxLateUs / 1000);
    // The histogram's timer does not know of our own pauses.
    const ours = pausedSinceReport;
    pausedSinceReport = false;
    const delays = histogram.max > 0 && histogram.min <= histogram.max;
    const p99Ms = delays ? Math.max(0, histogram.percentile(99) / 1e6 - beatMs) : maxLateMs;
    agent.report('runtime', {
      tUs: now,
      // The histogram holds the time between two of its timer's calls, its period included; the delay is the rest.
      delayMs: {
        p50: delays ? Math.max(0, histogram.percentile(50) / 1e6 - beatMs) : maxLateMs,
        p99: ours ? Math.min(p99Ms, maxLateMs) : p99Ms,
        max: Math.max(maxLateMs, delays && !ours ? histogram.max / 1e6 - beatMs : 0),
      },
      utilization:
        sampled || pausedUs >= elapsedUs
          ? null
          : Math.min(1, Math.max(0, 1 - ((idle - idleAtReportMs) * 1000) / (elapsedUs - pausedUs))),
      gc: sums,
      gcAllMeasured: allMeasured,
      floors,
      collections: longest(collections, Math.max(1, Math.round((eventsPerSecond * elapsedUs) / 1e6))),
      blocks,
      externalBytes: memory.external,
      arrayBufferBytes: memory.arrayBuffers,
      heapLimitBytes: getHeapStatistics.call(v8).heap_size_limit,
      spaces: usedInSpaces(getHeapSpaceStatistics.call(v8)),
    });
    if (gcBytes) gcBytes.begin();
    histogram.reset();
    lastReportUs = now;
    idleAtReportMs = idle;
    maxLateUs = 0;
    pausedUs = 0;
    blocks = [];
    collections = [];
    sums = {};
    floors = [];
    lastFloor = null;
  }

  /** ms the loop has spent waiting for events since it started; 0 before that. */
  function idleMs() {
    return performance.eventLoopUtilization().idle;
  }

  /** Asked by the workbench when nothing was heard for long: the loop does not turn. */
  function turn() {
    if (timer && gcBytes) quietly(gcBytes.turn);
  }

  function flush() {
    if (timer) quietly(() => report(nowUs()));
  }

  function end() {
    if (!timer) return;
    if (observer.takeRecords) collectedAll(observer.takeRecords());
    const now = nowUs();
    const lateUs = now - lastBeatUs - beatUs;
    noteLate(lateUs);
    noteBlock(now, lateUs);
    report(now);
    stop();
  }

  const release = agent.release;
  if (typeof release === 'function')
    agent.release = function () {
      // The workbench may repeat a call that was cut off; only the first one lets the program go.
      if (timer && !isReleased) quietly(begin);
      isReleased = true;
      return release.apply(this, arguments);
    };

  agent.nowUs = nowUs;
  agent.runtime = { start, stop, flush, pauseBegins, pauseEnds, turn, forced };
  agent.onExit(() => quietly(end));
  if (agent.onRemove) agent.onRemove(() => quietly(stop));
};

/** The numbers are V8's `GCType` bits; Node names those it knows. 2 is the minor mark-sweep of newer V8s. */
function gcKinds(constants) {
  const kinds = { 1: 'minor', 2: 'minor', 4: 'major', 8: 'incremental', 16: 'weakcb' };
  const named = { MINOR: 'minor', MAJOR: 'major', INCREMENTAL: 'incremental', WEAKCB: 'weakcb' };
  for (const name of Object.keys(named)) {
    const number = constants['NODE_PERFORMANCE_GC_' + name];
    if (number !== undefined) kinds[number] = named[name];
  }
  return kinds;
}

/** Bytes used in the new space (and of large objects that are still young), and in all others. */
function usedInSpaces(spaces) {
  let newBytes = 0;
  let oldBytes = 0;
  for (const { space_name: name, space_used_size: bytes } of spaces)
    if (name.startsWith('new_')) newBytes += bytes;
    else oldBytes += bytes;
  return { newBytes, oldBytes };
}

/** The `count` longest, in time order. */
function longest(collections, count) {
  if (collections.length <= count) return collections;
  return collections
    .sort((a, b) => b.durationUs - a.durationUs)
    .slice(0, count)
    .sort((a, b) => a.tUs - b.tUs);
}

/** A measurement that fails is a measurement less; the program must not notice. */
function quietly(work) {
  try {
    work();
  } catch {
    // The series shows a gap.
  }
}
