// Electron's single-instance lock with files: synchronous, and the first instance hears of the second.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** True for the first; the second's arguments go to the first's `onSecond`. */
export function claimInstance(folder, onSecond) {
  const mailbox = path.join(folder, 'instances');
  const lock = path.join(folder, 'instance-lock');
  mkdirSync(mailbox, { recursive: true });
  if (existsSync(lock) && isRunning(Number(readFileSync(lock, 'utf8')))) {
    const letter = path.join(mailbox, `${process.pid}.json`);
    writeFileSync(`${letter}.new`, JSON.stringify({ argv: process.argv, cwd: process.cwd() }));
    renameSync(`${letter}.new`, letter);
    return false;
  }
  writeFileSync(lock, String(process.pid));
  watch(mailbox, { persistent: false }, () => {
    for (const name of readdirSync(mailbox).filter((name) => name.endsWith('.json'))) {
      const { argv, cwd } = JSON.parse(readFileSync(path.join(mailbox, name), 'utf8'));
      rmSync(path.join(mailbox, name));
      onSecond(argv, cwd);
    }
  });
  return true;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
