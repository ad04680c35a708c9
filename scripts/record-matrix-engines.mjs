// Which package refuses a version of Node, by the `engines` field of the package or of anything it depends on.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @param {string[]} packages names
 * @param {string} nodeVersion for example `18.20.8`
 * @param {string} root where node_modules is
 * @returns {Promise<string | undefined>} for example `fastify → find-my-way (needs Node >=20)`
 */
export async function excludedBy(packages, nodeVersion, root) {
  for (const name of packages) {
    const found = await search(
      name === 'npm' ? npmFolder() : path.join(root, 'node_modules', name),
      nodeVersion,
      root,
    );
    if (found) return found;
  }
  return undefined;
}

async function search(folder, nodeVersion, root, seen = new Set()) {
  if (seen.has(folder) || !existsSync(path.join(folder, 'package.json'))) return undefined;
  seen.add(folder);
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const wanted = manifest.engines?.node;
  if (wanted && !satisfies(nodeVersion, wanted)) return `${manifest.name} (needs Node ${wanted})`;
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const nested = path.join(folder, 'node_modules', name);
    const found = await search(
      existsSync(nested) ? nested : path.join(root, 'node_modules', name),
      nodeVersion,
      root,
      seen,
    );
    if (found) return `${manifest.name} → ${found}`;
  }
  return undefined;
}

function npmFolder() {
  return path.join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm');
}

/** The ranges that `engines` fields use: `>=20.1`, `^20.17.0 || >=22`, `14 || 16 - 18`, `>=18 <23`, `*`. */
export function satisfies(version, range) {
  return range.split('||').some((alternative) => {
    const text = alternative
      .trim()
      .replace(/(\S+)\s+-\s+(\S+)/, '>=$1 <=$2')
      .replace(/([<>=^~])\s+/g, '$1');
    return text.split(/\s+/).every((part) => satisfiesPart(version, part));
  });
}

function satisfiesPart(version, part) {
  const [, operator, wanted] = /^([<>=^~]*)v?(.*)$/.exec(part);
  const numbers = wanted
    .split(/[.-]/)
    .slice(0, 3)
    .filter((each) => /^\d+$/.test(each))
    .map(Number);
  if (numbers.length === 0) return true;
  const given = version.split('.').map(Number);
  const order = compare(given, numbers);
  const same = (length) => numbers.slice(0, length).every((number, index) => given[index] === number);
  switch (operator) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0 && !same(numbers.length);
    case '<':
      return order < 0;
    case '<=':
      return order <= 0 || same(numbers.length);
    case '^':
      return order >= 0 && same(1);
    case '~':
      return order >= 0 && same(Math.min(2, numbers.length));
    default:
      return same(numbers.length);
  }
}

function compare(a, b) {
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
