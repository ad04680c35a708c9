'use strict';
/*
 * Which processes there are, and which belong to a launched target. Shared by the workbench (main/target) and the
 * reaper, which must be plain Node without dependencies.
 *
 * A row: { pid, ppid, pgid, start, zombie }. `start` (clock ticks, or the date as text) tells a pid from a later
 * process that got the same number.
 */
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/** Field numbers: proc_pid_stat(5). The command's name stands in parentheses and may itself contain them. */
function parseStat(pid, text) {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    start: fields[19],
    zombie: fields[0] === 'Z' || fields[0] === 'X',
  };
}

function readStat(pid) {
  try {
    return parseStat(pid, fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

function listFromProc() {
  const rows = [];
  for (const name of fs.readdirSync('/proc')) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const row = readStat(Number(name));
    if (row) rows.push(row);
  }
  return rows;
}

function run(file, args) {
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { timeout: 10_000, maxBuffer: 16 * 1024 * 1024, windowsHide: true },
      (_error, stdout) => resolve(String(stdout ?? '')),
    );
  });
}

async function listFromPs() {
  const text = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart=']);
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (!match) return [];
    const [, pid, ppid, pgid, stat, start] = match;
    return [{ pid: +pid, ppid: +ppid, pgid: +pgid, start, zombie: stat.startsWith('Z') }];
  });
}

async function listFromWindows() {
  const query =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.Ticks)" }';
  const text = await run('powershell', ['-NoProfile', '-NonInteractive', '-Command', query]);
  return text.split('\n').flatMap((line) => {
    const match = /^(\d+) (\d+) (\d*)/.exec(line.trim());
    return match ? [{ pid: +match[1], ppid: +match[2], pgid: 0, start: match[3], zombie: false }] : [];
  });
}

/** All processes of this machine. Never rejects; on Linux no process is started for it. */
async function listProcesses() {
  try {
    if (process.platform === 'linux') return listFromProc();
    return process.platform === 'win32' ? await listFromWindows() : await listFromPs();
  } catch {
    return [];
  }
}

/** Does the process's environment name this agent folder? Linux only; elsewhere false. */
function hasFolderInEnvironment(pid, folder) {
  if (process.platform !== 'linux') return false;
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`SCORCHMARK_DIR=${folder}`);
  } catch {
    return false;
  }
}

/** Pids announced in an agent folder, dead ones included. */
function announcedPids(folder) {
  try {
    return fs
      .readdirSync(folder)
      .flatMap((name) => (/^\d+\.json$/.test(name) ? [Number(path.parse(name).name)] : []));
  } catch {
    return [];
  }
}

/**
 * The living processes of a target among `rows`: the roots, their descendants, their process groups and, given
 * `folder`, everything that carries it in its environment, wherever its parents have gone. Roots come first.
 */
function membersOf(rows, { roots, groups = [], folder }) {
  const alive = rows.filter((row) => !row.zombie && row.pid !== process.pid);
  const groupSet = new Set(groups);
  const members = new Set(roots);
  for (const row of alive) {
    if (groupSet.has(row.pgid) || (folder !== undefined && hasFolderInEnvironment(row.pid, folder)))
      members.add(row.pid);
  }
  const childrenOf = new Map();
  // Zombies stay links of the chain: a dead child's children are reparented, but not before it is gone.
  for (const row of rows) {
    const siblings = childrenOf.get(row.ppid);
    if (siblings) siblings.push(row.pid);
    else childrenOf.set(row.ppid, [row.pid]);
  }
  for (const pid of members) for (const child of childrenOf.get(pid) ?? []) members.add(child);
  const living = new Set(alive.map((row) => row.pid));
  return [...members].filter((pid) => living.has(pid));
}

/** A signal that may come too late. */
function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** False for zombies too: in a container without an init that reaps, they never go away. */
function isAlive(pid) {
  if (process.platform === 'linux') {
    const row = readStat(pid);
    return row !== undefined && !row.zombie;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

module.exports = { listProcesses, membersOf, announcedPids, signal, isAlive, readStat };
