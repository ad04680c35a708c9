// A heap of many kinds of objects, written as a snapshot: `node varied-heap.cjs FILE OBJECTS`.
const v8 = require('node:v8');
const { EventEmitter } = require('node:events');
const [, , file, objects] = process.argv;
const count = Number(objects);

class User {
  constructor(i) {
    this.name = `user ${i}`;
    this.email = `user-${i}@example.com`;
    this.meta = { created: i * 1.5, active: i % 2 === 0, visits: new Map([[i, { at: i }]]) };
  }
}
class Session {
  #secret = Symbol('secret');
  constructor(i) {
    this.id = i;
    this.user = new User(i);
    this.tags = ['tag' + i, 'group' + (i % 100)];
    this.onEnd = () => this.#secret;
  }
}
class Order {
  constructor(i, session) {
    this.lines = Array.from({ length: 1 + (i % 5) }, (_, line) => ({ sku: line * i, price: line / 3 }));
    this.session = session;
    this.placed = new Date(i);
  }
}

const sessions = new Map();
const secrets = new WeakMap();
const orders = new Set();
const emitters = [];
const pending = [];
let newest = null;
for (let i = 0; i < count; i++) {
  const session = new Session(i);
  sessions.set(`s${i}`, session);
  newest = { next: newest, i };
  if (i % 3 === 0) orders.add(new Order(i, session));
  if (i % 7 === 0) secrets.set(session, { owner: new User(i) });
  if (i % 11 === 0) pending.push(Promise.resolve(session).then(() => i));
  if (i % 13 === 0) emitters.push(new EventEmitter().on('end', session.onEnd.bind(null)));
  if (i % 101 === 0) pending.push(Buffer.alloc(512, i), new Float64Array(32), BigInt(i) ** 9n, /x+/g);
}
globalThis.kept = { sessions, secrets, orders, emitters, pending, newest };
v8.writeHeapSnapshot(file);
