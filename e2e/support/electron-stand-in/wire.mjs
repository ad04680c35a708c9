// Values on the WebSocket between page and child: JSON, with what structured clone keeps and JSON does not.
// The page's half is in preload-host.js and must mirror this.

export function encode(value) {
  return JSON.stringify(value, function (key, item) {
    const original = this[key];
    if (original instanceof Uint8Array) return { $bytes: Buffer.from(original).toString('base64') };
    if (typeof item === 'number' && !Number.isFinite(item)) return { $number: String(item) };
    return item;
  });
}

export function decode(text) {
  return JSON.parse(text, (_key, item) => {
    if (item && typeof item.$bytes === 'string') return new Uint8Array(Buffer.from(item.$bytes, 'base64'));
    if (item && typeof item.$number === 'string') return Number(item.$number);
    return item;
  });
}
