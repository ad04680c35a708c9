/**
 * The monthly report. Planted problem: it is computed and signed synchronously in the request, so the event loop stands
 * still for about 200 ms and every other request waits. It belongs in a worker thread, or in a nightly job.
 */
import { pbkdf2Sync } from 'node:crypto';

const daysInMonth = 30;
const ordersPerDay = 1_500;

export function buildMonthlyReport(products) {
  const days = [];
  for (let day = 0; day < daysInMonth; day++) {
    let revenueCents = 0;
    let checksum = day;
    for (let order = 0; order < ordersPerDay; order++) {
      for (const product of products) {
        // Each order looks at each product to find out what it sold.
        checksum = (Math.imul(checksum ^ product.id, 2654435761) + order) >>> 0;
        if (checksum % 97 === 0) revenueCents += product.priceCents * (1 + (checksum % 3));
      }
    }
    days.push({ day: day + 1, revenueCents });
  }
  return { days, signature: sign(JSON.stringify(days)) };
}

function sign(text) {
  return pbkdf2Sync(text, 'shop', 150_000, 32, 'sha512').toString('hex');
}
