'use strict';
/*
 * Writes heap snapshots from inside: V8 serialises straight into a file, in one synchronous call. Nothing here runs
 * before the workbench asks, except at the isolate's end when it has asked for that beforehand.
 */
exports.install = function install(agent) {
  const fs = require('fs');
  const os = require('os');
  const v8 = require('v8');
  // The program may replace these later (an in-memory file system in tests, for example).
  const readFileSync = fs.readFileSync;
  const accessSync = fs.accessSync;
  const writable = fs.constants.W_OK;
  const writeHeapSnapshot = v8.writeHeapSnapshot;
  const readHrtime = process.hrtime;

  const nowUs = () => {
    const [seconds, nanoseconds] = readHrtime.call(process);
    return seconds * 1e6 + nanoseconds / 1e3;
  };

  let atEnd = null;
  let nearLimitIsSet = false;

  /** Whether a path means the same file here as for the workbench, and may be written: not so in another container or as another user. */
  function canWrite(file, token) {
    try {
      if (readFileSync.call(fs, file, 'utf8') !== token) return false;
      accessSync.call(fs, file, writable);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Blocks until the file is written. Times are µs on the host's monotonic clock. `error` instead of an exception, so
   * that a full disk can be told from an evaluation that was cut off.
   */
  function write(file) {
    const heapUsedBytes = v8.getHeapStatistics().used_heap_size;
    if (agent.runtime) agent.runtime.pauseBegins();
    const startUs = nowUs();
    let error = null;
    try {
      writeHeapSnapshot.call(v8, file);
    } catch (thrown) {
      error = {
        code: String((thrown && thrown.code) || ''),
        message: String((thrown && thrown.message) || thrown),
      };
    }
    const durationUs = nowUs() - startUs;
    if (agent.runtime) agent.runtime.pauseEnds();
    return { startUs, durationUs, heapUsedBytes, error };
  }

  /** As `write`, into a file that the workbench has made for it; null when that is not the file that is here under this path. */
  function writeInto(file, token) {
    return agent.heapSnapshot.canWrite(file, token) ? agent.heapSnapshot.write(file) : null;
  }

  /**
   * Null, or why the memory does not suffice for one of a heap of so many bytes (main/capture/heap-snapshot-cost.ts: 1.8 bytes of file per byte of heap,
   * five times that in memory). Only Linux says what can really be had.
   */
  function lackOfMemory(heapBytes) {
    if (process.platform !== 'linux') return null;
    const needed = heapBytes * 9;
    const available = process.availableMemory ? process.availableMemory() : os.freemem();
    if (needed <= available) return null;
    return (
      'it needs about ' +
      Math.ceil(needed / 1e6) +
      ' MB of memory beside the heap, and ' +
      Math.ceil(available / 1e6) +
      ' MB can be had.'
    );
  }

  /** One is written when the isolate ends in an orderly way, after the program's own exit handlers. Null takes it back. */
  function writeAtEnd(file) {
    atEnd = file;
    return true;
  }

  /**
   * V8 calls Node when the heap is nearly at its limit; Node then lets it grow a little, writes `Heap.….heapsnapshot`
   * into the working directory (or --diagnostic-dir), and goes on. It can be asked for once in an isolate's life, and never
   * taken back; and Node looks only at what memory the machine has, not at what others use of it. So it is not asked for where
   * a heap at its limit could not be written now. Returns whether it was, or why not.
   */
  function writeNearLimit() {
    if (nearLimitIsSet) return true;
    if (typeof v8.setHeapSnapshotNearHeapLimit !== 'function') return false;
    const limit = v8.getHeapStatistics().heap_size_limit;
    const lack = lackOfMemory(limit);
    if (lack) return 'at its limit of ' + Math.round(limit / 1e6) + ' MB ' + lack;
    nearLimitIsSet = true;
    v8.setHeapSnapshotNearHeapLimit(1);
    return true;
  }

  agent.heapSnapshot = { canWrite, write, writeInto, writeAtEnd, writeNearLimit };
  agent.onExit(() => {
    if (atEnd === null) return;
    const file = atEnd;
    atEnd = null;
    const startUs = nowUs();
    agent.report('heap-snapshot-begins', { file, startUs });
    const lack = lackOfMemory(v8.getHeapStatistics().used_heap_size);
    const written = lack
      ? { startUs, durationUs: 0, heapUsedBytes: 0, error: { code: 'ENOMEM', message: lack } }
      : write(file);
    agent.report('heap-snapshot', Object.assign({ file }, written));
  });
  if (agent.onRemove) agent.onRemove(() => (atEnd = null));
};
