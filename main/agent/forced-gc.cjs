'use strict';
/*
 * A full collection when the workbench asks for one, and the heap just after it. `HeapProfiler.collectGarbage` collects at
 * least twice, until nothing more comes free (v8/src/heap/heap.cc, `CollectAllAvailableGarbage`); since V8 10 it does so in
 * a task of its own, some time after it was asked (tried with Node 18 to 26), so nobody outside can say when that was. Its
 * answer comes here from within that task: nothing of the program's runs between the collection and the readings.
 */
exports.install = function install(agent) {
  const Session = require('inspector').Session;
  const v8 = require('v8');
  // The program may replace these later.
  const Promise = global.Promise;
  const GCProfiler = v8.GCProfiler;
  const getHeapStatistics = v8.getHeapStatistics;
  const memoryUsage = process.memoryUsage;

  let session = null;

  /**
   * Resolves with `{ startUs, endUs, costUs, rounds, heapBytes, externalBytes }` (`startUs`: when it was asked; `costUs`: of
   * the collections alone), or with `{ error }`.
   */
  agent.forceGc = function () {
    return new Promise((resolve) => {
      let profiler = null;
      try {
        if (!session) {
          session = new Session();
          session.connect();
        }
        if (typeof GCProfiler === 'function') {
          profiler = new GCProfiler();
          profiler.start();
        }
        const startUs = agent.nowUs();
        session.post('HeapProfiler.collectGarbage', (failure) => {
          try {
            const endUs = agent.nowUs();
            // V8 brings its account of freed array buffers up to date when one is made.
            new ArrayBuffer(8);
            const externalBytes = memoryUsage.call(process).external;
            const usedBytes = getHeapStatistics.call(v8).used_heap_size;
            const rounds = profiler ? roundsIn(profiler.stop().statistics) : null;
            profiler = null;
            if (failure) return resolve({ error: String(failure.message) });
            const collected = {
              startUs,
              endUs,
              costUs: rounds ? rounds.costUs : endUs - startUs,
              rounds: rounds ? rounds.count : 0,
              heapBytes: rounds ? rounds.afterBytes : usedBytes,
              externalBytes,
            };
            if (agent.runtime) agent.runtime.forced(collected);
            resolve(collected);
          } catch (error) {
            resolve({ error: String(error && error.message) });
          }
        });
      } catch (error) {
        if (profiler) profiler.stop();
        resolve({ error: String(error && error.message) });
      }
    });
  };

  agent.onRemove(() => {
    if (session) session.disconnect();
    session = null;
  });
};

/** The full collections at the end of what was measured are those that were asked for; null without any. */
function roundsIn(statistics) {
  let count = 0;
  let costUs = 0;
  for (let at = statistics.length - 1; at >= 0; at--) {
    if (statistics[at].gcType !== 'MarkSweepCompact') break;
    costUs += statistics[at].cost;
    count++;
  }
  if (count === 0) return null;
  return { count, costUs, afterBytes: statistics[statistics.length - 1].afterGC.heapStatistics.usedHeapSize };
}
