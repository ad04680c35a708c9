import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..');
export const cliFile = path.join(root, 'out', 'main', 'cli.js');
export const desktopMainFile = path.join(root, 'out', 'main', 'electron.js');
export const standInFolder = path.join(root, 'e2e', 'support', 'electron-stand-in');
