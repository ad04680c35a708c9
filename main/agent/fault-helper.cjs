'use strict';
/*
 * Helpers of faults that are made on purpose; both end when the workbench does, however it does: it holds the other end
 * of their stdin.
 *
 * `spin n`: keeps n threads busy until then; a byte on stdout says that all of them are.
 * `keep`: remembers how what was done to processes that are not the workbench's to end is undone, and undoes what is left
 * when the workbench is gone. Lines of JSON on stdin: {keep: key, processes?, group?}, {drop: key}.
 *   processes: [{pid, start}]           let them go on (SIGCONT) and take their limits away
 *   group: {folder, limitFile, backTo}  a control group of ours: no limit, its processes back to where they were, removed
 */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { readStat, signal } = require('./process-table.cjs');

// Ctrl-C in the workbench's terminal is not for us: the workbench decides.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});

/** Each thread spins without looking up; this one only waits for the end. */
function spin(count) {
  const parent = process.ppid;
  const end = () => process.exit(0);
  process.stdin.on('error', end);
  process.stdin.on('close', end);
  process.stdin.resume();
  // stdin tells; this is for a system that does not close it.
  setInterval(() => process.ppid !== parent && end(), 1000);
  // They begin together: those that spin already would keep the others from starting for very long.
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const code = `const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage(0);
    Atomics.wait(workerData, 0, 0);
    for (;;);`;
  let ready = 0;
  for (let i = 0; i < count; i++) {
    const worker = new Worker(code, {
      eval: true,
      workerData: gate,
      resourceLimits: { maxOldGenerationSizeMb: 8 },
    });
    worker.once('error', end);
    worker.once('message', () => {
      if (++ready < count) return;
      process.stdout.write('.');
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
    });
  }
}

function attempt(run) {
  try {
    run();
  } catch {
    // What cannot be undone any more has mostly gone by itself.
  }
}

/** Still the process that we were told of, not a later one with the same number. */
function isSame({ pid, start }) {
  const row = readStat(pid);
  return process.platform !== 'linux' || (row !== undefined && row.start === start);
}

function undo({ processes, group, limits }) {
  for (const one of processes || []) {
    if (!isSame(one)) continue;
    if (limits) attempt(() => execFileSync('prlimit', ['--pid', String(one.pid), `--data=${limits}`]));
    else signal(one.pid, 'SIGCONT');
  }
  if (!group || !path.basename(group.folder).startsWith('scorchmark-')) return;
  attempt(() => fs.writeFileSync(path.join(group.folder, group.limitFile), group.unlimited));
  attempt(() => {
    for (const pid of fs.readFileSync(path.join(group.folder, 'cgroup.procs'), 'utf8').split('\n'))
      if (pid) attempt(() => fs.writeFileSync(path.join(group.backTo, 'cgroup.procs'), pid));
  });
  removeGroup(group.folder, 50);
}

/** A group can be removed only when its last process, perhaps one that the reaper is just killing, has gone. */
function removeGroup(folder, attempts) {
  try {
    fs.rmdirSync(folder);
  } catch {
    if (attempts > 0 && fs.existsSync(folder)) setTimeout(() => removeGroup(folder, attempts - 1), 100);
  }
}

function keep() {
  const kept = new Map();
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines)
      attempt(() => {
        const message = JSON.parse(line);
        if (message.drop !== undefined) kept.delete(message.drop);
        else kept.set(message.keep, message);
      });
  });
  process.stdin.on('error', () => {});
  process.stdin.on('close', () => {
    for (const entry of kept.values()) undo(entry);
  });
}

if (process.argv[2] === 'spin') spin(Number(process.argv[3]));
else keep();
