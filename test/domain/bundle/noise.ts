/** Bytes that no encoder makes smaller, the same on every run. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

const WORDS = Array.from({ length: 800 }, (_, index) =>
  [...noise(3 + (index % 9), index + 7)].map((byte) => String.fromCharCode(97 + (byte % 26))).join(""),
);

/** Text that deflates more than two to one, as source code does. */
export function prose(length: number, seed = 1): Uint8Array {
  const bytes = noise(length, seed);
  let text = "";
  for (let i = 0; text.length < length; i += 2) {
    text += `${WORDS[((bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0)) % WORDS.length]}${i % 24 === 0 ? "\n" : " "}`;
  }
  return new TextEncoder().encode(text.slice(0, length));
}
