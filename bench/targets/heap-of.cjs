'use strict';
// Fills its heap with small objects, closures, dates and strings up to so many MB, and stays.
class Session {
  constructor(id) {
    this.id = id;
    this.name = 'user ' + id;
    this.tags = ['a' + (id % 100), 'b' + id];
    this.data = { x: id, y: id * 1.5, when: new Date(id) };
    this.read = () => this.id;
  }
}
const kept = [];
const wantedBytes = Number(process.argv[2]) * 1e6;
while (process.memoryUsage().heapUsed < wantedBytes)
  for (let count = 0; count < 2000; count++) kept.push(new Session(kept.length));
globalThis.kept = kept;
globalThis.gc();
setInterval(() => {}, 1000);
console.log('ready');
