// HONEST: BURST_AFTER_MS after the first request a report of some 60 MB is built, kept for BURST_FOR_MS, and let go.
import { serve, textOf } from './serve.mjs';

const afterMs = Number(process.env.BURST_AFTER_MS ?? 18_000);
const forMs = Number(process.env.BURST_FOR_MS ?? 12_000);

let report = null;

function buildReport() {
  report = Array.from({ length: 30_000 }, (_, row) => ({ row, text: textOf(2000, row) }));
  setTimeout(() => {
    report = null;
  }, forMs);
}

serve((requestNumber) => {
  if (requestNumber === 1) setTimeout(buildReport, afterMs);
  return { rows: report?.length ?? 0 };
});
