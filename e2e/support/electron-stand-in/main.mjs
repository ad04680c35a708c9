// The child process: `node main.mjs <out/main/electron.js> [arguments of the app]`.
import { register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

register('./hooks.mjs', import.meta.url);
const [, , mainFile, ...args] = process.argv;
// The app sees what it would see under the real thing: the binary, itself, its arguments.
process.argv = [process.execPath, path.resolve(mainFile), ...args];
const { becomeReady } = await import('./electron.mjs');
process.on('disconnect', () => process.exit(0));
await import(pathToFileURL(path.resolve(mainFile)).href);
await becomeReady();
