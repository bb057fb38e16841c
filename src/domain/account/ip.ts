/** The 4 or 16 bytes of a literal address in its usual spellings; null for a name. Zones are refused. */
export function parseIp(text: string): readonly number[] | null {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): readonly number[] | null {
  if (!/^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/.test(text)) return null;
  const bytes = text.split(".").map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseIpv6(text: string): readonly number[] | null {
  const tail = /^(.*:)([0-9.]+)$/.exec(text);
  const mapped = tail?.[2]?.includes(".") ? parseIpv4(tail[2]) : null;
  if (tail?.[2]?.includes(".") && mapped === null) return null;
  const plain = mapped
    ? `${tail?.[1]}${(((mapped[0] as number) << 8) | (mapped[1] as number)).toString(16)}:${(((mapped[2] as number) << 8) | (mapped[3] as number)).toString(16)}`
    : text;
  const halves = plain.split("::");
  if (halves.length > 2) return null;
  const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const groups = head as string[];
  if (halves.length === 2) {
    const missing = 8 - groups.length - (rest as string[]).length;
    if (missing < 1) return null;
    groups.push(...new Array<string>(missing).fill("0"), ...(rest as string[]));
  }
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** Who counts as one caller: an IPv4 address, the /64 of an IPv6 one; what the platform did not say is one caller, too. */
export function networkOf(address: string | null): string {
  const bytes = address === null ? null : parseIp(address);
  if (bytes === null) return "unknown";
  return bytes.slice(0, bytes.length === 4 ? 4 : 8).join(".");
}
