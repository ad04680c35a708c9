// LEAK: uploads are kept in an array, 10 to 50 KB a request, nearly all of it outside of the JS heap.
// Planted: `keepUpload` allocates the buffers (`FastBuffer` or `Buffer`, over an `ArrayBuffer`).
import { serve } from './serve.mjs';

const uploads = [];

function keepUpload(requestNumber) {
  const sizeBytes = 10_240 + ((requestNumber * 7919) % 40_960);
  const upload = Buffer.alloc(sizeBytes, requestNumber % 251);
  uploads.push(upload);
  return upload;
}

serve((requestNumber) => ({ sizeBytes: keepUpload(requestNumber).length }));
