// LEAK: sessions enter a Map and never leave it, about 1.2 KB a request.
// Planted: `openSession` puts a `Session` into the map `sessions`.
import { serve, textOf } from './serve.mjs';

class Session {
  constructor(id) {
    this.id = id;
    this.openedAt = new Date();
    this.basket = [{ productId: id % 97, quantity: 1 }];
    this.token = textOf(800, id);
  }
}

const sessions = new Map();

function openSession(requestNumber) {
  const session = new Session(requestNumber);
  sessions.set(`session:${requestNumber}`, session);
  return session;
}

serve((requestNumber) => ({ id: openSession(requestNumber).id, open: sessions.size }));
