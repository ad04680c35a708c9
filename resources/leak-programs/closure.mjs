// LEAK: callbacks that are never called keep what their closures captured, about 2 KB a request.
// Planted: `reportLater` makes the closures, `RequestContext` is what they hold.
import { serve, textOf } from './serve.mjs';

class RequestContext {
  constructor(requestNumber) {
    this.requestNumber = requestNumber;
    this.headers = { 'x-request': String(requestNumber), accept: 'application/json' };
    this.body = textOf(1500, requestNumber);
  }
}

const reports = [];

function reportLater(context) {
  // Whoever was to call these when the day is over has been removed from the program.
  reports.push(() => `${context.requestNumber}: ${context.body.length} characters`);
}

serve((requestNumber) => {
  reportLater(new RequestContext(requestNumber));
  return { requestNumber };
});
