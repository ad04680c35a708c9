/** Small files that specs give to the workbench. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A valid CPU profile of three samples. */
export async function writeCpuProfile(file: string): Promise<string> {
  const callFrame = (functionName: string, lineNumber: number) => ({
    functionName,
    scriptId: '1',
    url: 'file:///app/shop.js',
    lineNumber,
    columnNumber: 0,
  });
  const profile = {
    nodes: [
      { id: 1, callFrame: { ...callFrame('(root)', -1), url: '' }, children: [2] },
      { id: 2, callFrame: callFrame('handle', 10), children: [3] },
      { id: 3, callFrame: callFrame('renderCatalog', 40) },
    ],
    startTime: 1_000_000,
    endTime: 1_004_000,
    samples: [2, 3, 3],
    timeDeltas: [1000, 1000, 1000],
  };
  await writeFile(file, JSON.stringify(profile));
  return file;
}

/** A program that does nothing until it is stopped. */
export async function writeIdleScript(folder: string): Promise<string> {
  const file = path.join(folder, 'idle.mjs');
  await writeFile(file, 'setInterval(() => {}, 50);\n');
  return file;
}
