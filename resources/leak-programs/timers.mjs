// LEAK: every request starts an interval that nobody clears, about 0.8 KB a request.
// Planted: `keepAlive` starts the timers (`Timeout`), each of which holds a `Heartbeat`.
import { serve, textOf } from './serve.mjs';

class Heartbeat {
  constructor(client) {
    this.client = client;
    this.name = textOf(400, client);
    this.beats = 0;
  }
}

function keepAlive(requestNumber) {
  const heartbeat = new Heartbeat(requestNumber);
  setInterval(() => {
    heartbeat.beats++;
  }, 3_600_000);
}

serve((requestNumber) => {
  keepAlive(requestNumber);
  return { requestNumber };
});
