/**
 * A reader that goes away (`scorchmark record … | head`, a closed terminal) must not take a recording with it:
 * what cannot be shown any more is dropped, the work goes on and its exit code tells how it ended.
 */
export function outliveReaders(streams: NodeJS.WritableStream[] = [process.stdout, process.stderr]): void {
  for (const stream of streams)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!gone.has(error.code ?? '')) throw error;
    });
}

/** EIO: the terminal was closed. */
const gone = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);
