// The child's end of the talk with the test, over process.send (started with `serialization: 'advanced'`).
const pending = new Map();
let nextId = 1;

/** To the test, without an answer. */
export function tell(message) {
  if (process.connected) process.send(message);
}

/** A question to the test. */
export function ask(message) {
  const id = nextId++;
  return new Promise((resolve) => {
    pending.set(id, resolve);
    tell({ ...message, id });
  });
}

/** Answers the test's requests `{ type: 'control', id, name, input }`. */
export function onControl(controls) {
  process.on('message', (message) => {
    if (message.type === 'answer') {
      pending.get(message.id)?.(message.value);
      pending.delete(message.id);
    } else if (message.type === 'control') void run(controls, message);
  });
}

async function run(controls, { id, name, input }) {
  try {
    const value = await controls[name](input ?? {});
    tell({ type: 'control-done', id, ok: true, value: value === undefined ? null : toPlain(value) });
  } catch (error) {
    tell({ type: 'control-done', id, ok: false, error: String(error?.message ?? error) });
  }
}

/** Emitters, handlers and the like do not cross; their data does. */
function toPlain(value) {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
