/** In a process of its own: writes a generated snapshot. `FILE NODES` */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generateHeapSnapshot } from '../../profiles/heap/testing/generate';

const [file, nodes] = process.argv.slice(2);
await pipeline(Readable.from(generateHeapSnapshot({ nodes: Number(nodes) })), createWriteStream(file!));
