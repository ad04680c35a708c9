// The Chromium that the end-to-end tests drive: the one named, the system's, or Playwright's own.
import { existsSync } from 'node:fs';
import path from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const usualPlaces = [
  '/usr/bin',
  '/usr/local/bin',
  '/snap/bin',
  ...(process.env.PATH ?? '').split(path.delimiter).filter(Boolean),
];

/** @returns {Promise<string | undefined>} absolute path of the binary */
export async function findChromium() {
  const named = process.env.SCORCHMARK_CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  for (const name of names)
    for (const place of usualPlaces) if (existsSync(path.join(place, name))) return path.join(place, name);
  for (const app of ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'])
    if (existsSync(app)) return app;
  const { chromium } = await import('@playwright/test');
  const own = chromium.executablePath();
  return existsSync(own) ? own : undefined;
}

/** Switches every browser of ours runs with: quiet, and usable by root in a container. */
export const chromiumArgs = ['--no-sandbox', '--disable-background-networking', '--no-first-run'];
