'use strict';
/*
 * Ends what a killed workbench leaves behind. The workbench starts one of these with its first target and holds
 * the other end of its stdin; when that closes, whatever is still being watched is killed and its folder removed.
 *
 * Lines of JSON on stdin: {watch, pid?, folder?}, {unwatch}; `watch` and `unwatch` are keys the workbench chose.
 */
const fs = require('node:fs');
const path = require('node:path');
const { listProcesses, membersOf, announcedPids, signal } = require('./process-table.cjs');

// Ctrl-C in the workbench's terminal is not for us: the workbench decides.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});

/** key → { pid, start, folder } */
const watched = new Map();

async function take(line) {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return;
  }
  if (message.unwatch !== undefined) {
    watched.delete(message.unwatch);
    return;
  }
  const entry = { ...watched.get(message.watch), ...message };
  watched.set(message.watch, entry);
  if (message.pid !== undefined) {
    const row = (await listProcesses()).find(({ pid }) => pid === message.pid);
    entry.start = row?.start;
  }
}

/** Roots that are still the processes we were told of, not later ones with the same number. */
function rootsOf(entry, rows) {
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  const roots = entry.folder === undefined ? [] : announcedPids(entry.folder);
  const isSame = entry.pid !== undefined && byPid.get(entry.pid)?.start === entry.start;
  return { roots: isSame ? [entry.pid, ...roots] : roots, groups: entry.group ? [entry.pid] : [] };
}

async function killAll(entry) {
  // Again until nothing is left: a process may fork between the look and the signal.
  for (let round = 0; round < 50; round++) {
    const rows = await listProcesses();
    const members = membersOf(rows, { ...rootsOf(entry, rows), folder: entry.folder });
    if (members.length === 0) break;
    for (const pid of members) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function removeFolder(folder) {
  // Only ever a folder of ours, whatever the line said.
  if (path.basename(folder).startsWith('scorchmark-'))
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function reap() {
  for (const entry of watched.values()) {
    await killAll(entry);
    if (entry.folder !== undefined) removeFolder(entry.folder);
  }
  process.exit(0);
}

let rest = '';
let busy = Promise.resolve();
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines) busy = busy.then(() => take(line));
});
process.stdin.on('error', () => {});
process.stdin.on('close', () => void busy.then(reap));
