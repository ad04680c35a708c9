/** Writes protocol buffers (https://protobuf.dev/programming-guides/encoding/): as much of them as pprof needs. */

const growth = 1 << 16;

/** Fields one after the other. Numbers are non-negative integers up to 2^53; zeros are left out, as the format says. */
export class ProtobufWriter {
  private bytes = new Uint8Array(growth);
  private length = 0;
  /** For messages inside this one, which are written before their length is known. */
  private inner: ProtobufWriter | undefined;
  private readonly encoder = new TextEncoder();

  number(field: number, value: number): void {
    if (value === 0) return;
    this.varint(field * 8);
    this.varint(value);
  }

  string(field: number, text: string): void {
    this.delimited(field, this.encoder.encode(text));
  }

  /** Repeated numbers in one field; zeros among them stay. */
  packed(field: number, values: ArrayLike<number>, length = values.length): void {
    this.message(field, (list) => {
      for (let i = 0; i < length; i++) list.varint(values[i]!);
    });
  }

  message(field: number, write: (message: ProtobufWriter) => void): void {
    const inner = (this.inner ??= new ProtobufWriter());
    inner.length = 0;
    write(inner);
    this.delimited(field, inner.bytes.subarray(0, inner.length));
  }

  /** Everything written so far; the writer is empty afterwards. */
  take(): Uint8Array[] {
    const written = this.bytes.subarray(0, this.length);
    this.bytes = new Uint8Array(growth);
    this.length = 0;
    return [written];
  }

  private delimited(field: number, content: Uint8Array): void {
    this.varint(field * 8 + 2);
    this.varint(content.length);
    this.reserve(content.length);
    this.bytes.set(content, this.length);
    this.length += content.length;
  }

  private varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  private reserve(room: number): void {
    if (this.length + room <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + room));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
