/** How many words are anagrams of the word at `position`. Planted problem: counts all letters of all words each time. */
export function findAnagrams(words, position) {
  const word = words[position];
  let found = 0;
  for (const other of words) {
    if (other.length !== word.length) continue;
    let balance = 0;
    for (let index = 0; index < word.length; index++) {
      const letter = word.charCodeAt(index);
      let inWord = 0;
      let inOther = 0;
      for (let at = 0; at < word.length; at++) {
        if (word.charCodeAt(at) === letter) inWord++;
        if (other.charCodeAt(at) === letter) inOther++;
      }
      balance += Math.abs(inWord - inOther);
    }
    if (balance === 0 && other !== word) found++;
  }
  return found;
}
